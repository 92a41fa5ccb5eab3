import type { AuditAction, AuditEntry } from "@darkroom/contract/admin/audit";
import type { Database } from "../db/database.ts";
import type { AuditEntry as Row } from "../generated/prisma/client.ts";

export type AuditFilter = {
  actorId?: string | undefined;
  action?: AuditAction | undefined;
  targetId?: string | undefined;
  tenantId?: string | undefined;
};

/** A page of what was done, newest first. */
export async function listAudit(
  db: Pick<Database, "auditEntry" | "tenant">,
  list: { filter: AuditFilter; beforeId: string | null; limit: number },
): Promise<{ entries: AuditEntry[]; more: boolean }> {
  const { actorId, action, targetId, tenantId } = list.filter;
  const rows = await db.auditEntry.findMany({
    where: {
      ...(actorId === undefined ? {} : { actorId }),
      ...(action === undefined ? {} : { action }),
      ...(targetId === undefined ? {} : { targetId }),
      ...(tenantId === undefined ? {} : { tenantId }),
      ...(list.beforeId === null ? {} : { id: { lt: list.beforeId } }),
    },
    orderBy: { id: "desc" },
    take: list.limit + 1,
  });
  return { entries: await toWireAudit(db, rows.slice(0, list.limit)), more: rows.length > list.limit };
}

async function toWireAudit(db: Pick<Database, "tenant">, rows: readonly Row[]): Promise<AuditEntry[]> {
  const ids = new Set(rows.flatMap(({ tenantId }) => tenantId ?? []));
  const tenants = await db.tenant.findMany({ where: { id: { in: [...ids] } }, select: { id: true, name: true } });
  const byId = new Map(tenants.map((tenant) => [tenant.id, tenant]));
  return rows.map((row) => toEntry(row, byId.get(row.tenantId ?? "") ?? null));
}

function toEntry(row: Row, tenant: AuditEntry["tenant"]): AuditEntry {
  const { targetKind, targetId } = row;
  return {
    id: row.id,
    at: row.at.toISOString(),
    actor: { kind: row.actorKind as AuditEntry["actor"]["kind"], id: row.actorId, name: row.actorName },
    action: row.action as AuditAction,
    outcome: row.outcome,
    target: targetKind && targetId ? { kind: targetKind, id: targetId } : null,
    tenant,
    detail: row.detail as Record<string, unknown>,
    request_id: row.requestId,
    address: row.address,
  };
}
