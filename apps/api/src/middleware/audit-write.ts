import { type AuditNote, finishAudit, startAudit } from "@darkroom/core/audit/write-audit";
import type { Request } from "express";
import type { Api } from "../api.ts";
import type { Reply } from "../reply.ts";
import type { Route } from "../route.ts";
import type { AdminCaller } from "./authenticate-admin.ts";

type Parts = { admin: AdminCaller | null; now: Date; requestId: string; raw: Request };

/** Runs a route's handler; where the route has a name in the audit, with an entry before and its outcome after. */
export async function auditWrite(
  api: Pick<Api, "db">,
  route: Pick<Route, "audit">,
  { admin, now, requestId, raw }: Parts,
  handle: (note: (note: AuditNote) => void) => Promise<Reply>,
): Promise<Reply> {
  let noted: AuditNote = {};
  const note = (more: AuditNote) => {
    noted = { ...noted, ...more };
  };
  if (!route.audit || !admin) return handle(note);
  const actor = { kind: admin.kind, id: admin.id, name: admin.name };
  const address = raw.ip ?? null;
  const id = await startAudit(api.db, { actor, action: route.audit, requestId, address, now });
  try {
    const reply = await handle(note);
    const refused = reply.kind === "problem";
    const detail = refused ? { ...noted.detail, refused: reply.code } : noted.detail;
    await finishAudit(api.db, id, refused ? "refused" : "done", { ...noted, ...(detail ? { detail } : {}) });
    return reply;
  } catch (error) {
    await finishAudit(api.db, id, "failed", noted).catch(() => undefined);
    throw error;
  }
}
