import type { Database } from "../db/database.ts";
import { idleMs } from "./session.ts";

type Sessions = Pick<Database, "adminSession">;

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
