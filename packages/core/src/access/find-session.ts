import type { Database } from "../db/database.ts";
import type { AdminSession, AdminUser } from "../generated/prisma/client.ts";
import { hashToken, idleMs } from "./session.ts";

/** How exact `seen_at` is: more would be a write per request. */
const seenEveryMs = 60_000;

export type OpenSession = AdminSession & { user: AdminUser };

type Sessions = Pick<Database, "adminSession">;

/** The session of this token, if it has not ended and its user may still come in. */
export async function findSession(db: Sessions, token: string, now: Date): Promise<OpenSession | null> {
  const session = await db.adminSession.findUnique({
    where: { tokenHash: hashToken(token) },
    include: { user: true },
  });
  return session && isOpen(session, now) ? session : null;
}

/** By its id, for those who look again later, e.g. the stream. */
export async function isSessionOpen(db: Sessions, id: string, now: Date): Promise<boolean> {
  const session = await db.adminSession.findUnique({ where: { id }, include: { user: true } });
  return session !== null && isOpen(session, now);
}

function isOpen(session: OpenSession, now: Date): boolean {
  const isIdle = now.getTime() - session.seenAt.getTime() >= idleMs;
  return !isIdle && session.expiresAt > now && session.user.disabledAt === null;
}

/** Somebody is there: the idle time begins anew. */
export async function touchSession(db: Sessions, session: AdminSession, now: Date): Promise<void> {
  if (now.getTime() - session.seenAt.getTime() < seenEveryMs) return;
  await db.adminSession.updateMany({ where: { id: session.id }, data: { seenAt: now } });
}
