import type { AuditAction } from "@darkroom/contract/admin/audit";
import type { Database } from "../db/database.ts";
import type { AuditOutcome } from "../generated/prisma/enums.ts";
import { newId } from "../ids.ts";

/** Who does something. */
export type Actor = { kind: "user" | "admin_key" | "cli" | "system"; id: string | null; name: string };

/** What is known when it is about to be done. */
export type AuditStart = {
  actor: Actor;
  action: AuditAction;
  requestId?: string | null;
  address?: string | null;
  now: Date;
};

/** What is known once it was tried. Never a secret, a prompt or a signed link: names of what was changed, ids, numbers. */
export type AuditNote = {
  target?: { kind: string; id: string };
  tenantId?: string | null;
  detail?: Record<string, unknown>;
};

type Audits = Pick<Database, "auditEntry">;

/**
 * Writes down that something is about to be done, as `failed`: should the process end in the middle, there is a row all the same.
 * `finishAudit` tells what came of it.
 */
export async function startAudit(db: Audits, start: AuditStart): Promise<string> {
  const id = newId("aud");
  const { actor, action, requestId = null, address = null, now } = start;
  await db.auditEntry.create({
    data: {
      id,
      at: now,
      actorKind: actor.kind,
      actorId: actor.id,
      actorName: actor.name,
      action,
      outcome: "failed",
      requestId,
      address,
    },
  });
  return id;
}

export async function finishAudit(db: Audits, id: string, outcome: AuditOutcome, note: AuditNote): Promise<void> {
  const { target, tenantId, detail } = note;
  await db.auditEntry.updateMany({
    where: { id },
    data: {
      outcome,
      ...(target ? { targetKind: target.kind, targetId: target.id } : {}),
      ...(tenantId ? { tenantId } : {}),
      ...(detail ? { detail: detail as object } : {}),
    },
  });
}

/** For what is done in one go. */
export async function writeAudit(
  db: Audits,
  start: AuditStart,
  outcome: AuditOutcome,
  note: AuditNote = {},
): Promise<void> {
  await finishAudit(db, await startAudit(db, start), outcome, note);
}
