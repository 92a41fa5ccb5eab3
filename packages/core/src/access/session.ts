import { createHash, randomBytes } from "node:crypto";
import type { Database } from "../db/database.ts";
import type { AdminSession, AdminUser } from "../generated/prisma/client.ts";
import { newId } from "../ids.ts";

/** Idle for a working day, or a week after the login: then one logs in again (OWASP: session management). */
export const idleMs = 12 * 3_600_000;
export const absoluteMs = 7 * 86_400_000;
/** How exact `seen_at` is: more would be a write per request. */
const seenEveryMs = 60_000;

export type OpenSession = AdminSession & { user: AdminUser };

type Sessions = Pick<Database, "adminSession">;

/** Begins a session. The token is returned here and never again: the database keeps its hash. */
export async function beginSession(
  db: Sessions,
  userId: string,
  now: Date,
): Promise<{ token: string; session: AdminSession }> {
  const token = randomBytes(32).toString("base64url");
  const session = await db.adminSession.create({
    data: {
      id: newId("ses"),
      tokenHash: hashToken(token),
      userId,
      createdAt: now,
      seenAt: now,
      expiresAt: new Date(now.getTime() + absoluteMs),
    },
  });
  return { token, session };
}

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

export async function endSession(db: Sessions, id: string): Promise<void> {
  await db.adminSession.deleteMany({ where: { id } });
}

/** All of a user's sessions but perhaps one. */
export async function endSessionsOf(db: Sessions, userId: string, except?: string): Promise<void> {
  await db.adminSession.deleteMany({ where: { userId, ...(except ? { id: { not: except } } : {}) } });
}

/** Sessions that have ended by themselves. */
export async function dropEndedSessions(db: Sessions, now: Date): Promise<void> {
  const idleSince = new Date(now.getTime() - idleMs);
  await db.adminSession.deleteMany({ where: { OR: [{ expiresAt: { lte: now } }, { seenAt: { lte: idleSince } }] } });
}

/** What a page sends with every write. It follows from the token, which no other site can read, and says nothing about it. */
export function csrfTokenOf(token: string): string {
  return createHash("sha256").update(`csrf:${token}`).digest("base64url");
}

function hashToken(token: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(createHash("sha256").update(token).digest());
}
