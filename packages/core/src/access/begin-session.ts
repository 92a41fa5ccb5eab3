import { randomBytes } from "node:crypto";
import type { Database } from "../db/database.ts";
import type { AdminSession } from "../generated/prisma/client.ts";
import { newId } from "../ids.ts";
import { absoluteMs, hashToken } from "./session.ts";

/** Begins a session. The token is returned here and never again: the database keeps its hash. */
export async function beginSession(
  db: Pick<Database, "adminSession">,
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
