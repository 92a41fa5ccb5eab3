import type { Context } from "@darkroom/core/context";
import type { MessageKind } from "@darkroom/core/queues/messages";
import { checkJob } from "./handlers/check-job.ts";
import { copyOutput } from "./handlers/copy-output.ts";
import { dispatch } from "./handlers/dispatch.ts";
import { sendDeliveries } from "./handlers/send-deliveries.ts";
import { submitJob } from "./handlers/submit-job.ts";

/**
 * Submits attempts from this process, as far as it has hands free: they need no way through the queue. Answers the others, for whom
 * somebody is to be rung.
 */
export type SubmitHere = (attemptIds: readonly string[]) => readonly string[];

/** Says in a word what came of a row. */
export type Handler = (context: Context, id: string, submitHere?: SubmitHere) => Promise<string>;

/** One handler per message kind. A kind without a handler does not compile. */
export const handlers: Record<MessageKind, Handler> = {
  dispatch,
  "submit-job": submitJob,
  "check-job": checkJob,
  "copy-output": copyOutput,
  "send-deliveries": sendDeliveries,
};
