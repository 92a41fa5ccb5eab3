import { json, type Reply } from "../../reply.ts";

/** `result` is for the metric. A stranger's webhook is counted and not logged, or strangers could fill the log. */
export type Received = { result: string; reply: Reply; worthALine?: boolean };

/** What fal is told when its webhook is safe with us, whatever it means for the job. */
export function taken(result: string, worthALine = false): Received {
  return { result, reply: json(200, { received: true }), worthALine };
}
