import type { Message } from "../queues/messages.ts";
import type { OverdueJob } from "./find-overdue.ts";

/** Who is to be rung for a job that nobody looks after. */
export function messageFor(row: OverdueJob): Message {
  if (row.state === "copying") return { kind: "copy-output", id: row.id, dueAt: row.dueAt };
  // An attempt that was never sent may still be: its submit message got lost.
  if (!row.sent) return { kind: "submit-job", id: row.attemptId, dueAt: row.dueAt };
  return { kind: "check-job", id: row.id, dueAt: row.dueAt };
}
