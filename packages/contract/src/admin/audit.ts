import { z } from "zod";
import { pageOf, pageQuery, tenantRefSchema, time } from "./paging.ts";

/** Everything that is written down when somebody does it. `system` does what nobody asked for, e.g. making the first admin. */
export const auditActions = [
  "session.login",
  "session.login_failed",
  "session.logout",
  "session.password",
  "user.create",
  "user.update",
  "admin_key.create",
  "admin_key.revoke",
  "job.cancel",
  "job.retry",
  "job.delete",
  "bulk.start",
  "bulk.stop",
  "tenant.create",
  "tenant.update",
  "budget.set",
  "budget.threshold",
  "api_key.create",
  "api_key.revoke",
  "queue.pause",
  "queue.resume",
  "queue.rebuild",
  "circuit.reset",
  "endpoint.update",
  "delivery.resend",
  "replay.start",
  "replay.cancel",
  "playground.file",
  "playground.job",
] as const;
export type AuditAction = (typeof auditActions)[number];

export const auditEntrySchema = z
  .object({
    id: z.string().describe("aud_…"),
    at: time,
    actor: z.object({
      kind: z.enum(["user", "admin_key", "cli", "system"]),
      id: z.string().nullable(),
      name: z.string().describe("E-mail, name of the key, or who ran the CLI."),
    }),
    action: z.enum(auditActions),
    outcome: z.enum(["done", "refused", "failed"]),
    target: z.object({ kind: z.string(), id: z.string() }).nullable().describe("E.g. job and its id."),
    tenant: tenantRefSchema.nullable().describe("Whose the target is."),
    detail: z.record(z.string(), z.unknown()).describe("What was changed; never a secret or a prompt."),
    request_id: z.string().nullable(),
    address: z.string().nullable(),
  })
  .meta({ id: "AuditEntry" });
export type AuditEntry = z.infer<typeof auditEntrySchema>;

/** GET /admin/api/audit */
export const listAuditQuerySchema = z.strictObject({
  ...pageQuery,
  actor_id: z.string().max(64).optional(),
  action: z.enum(auditActions).optional(),
  target_id: z.string().max(200).optional(),
  tenant_id: z.string().max(64).optional(),
});
export const auditListSchema = pageOf(auditEntrySchema).meta({ id: "AuditList" });
