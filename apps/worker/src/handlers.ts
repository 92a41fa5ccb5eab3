import type { Context } from "@darkroom/core/context";
import type { MessageKind } from "@darkroom/core/queues/messages";
import { checkJob } from "./handlers/check-job.ts";
import { copyOutput } from "./handlers/copy-output.ts";
import { dispatch } from "./handlers/dispatch.ts";
import { sendDeliveries } from "./handlers/send-deliveries.ts";
import { submitJob } from "./handlers/submit-job.ts";
import type { Hands } from "./hands.ts";

/** Says in a word what came of a row. */
export type Handler = (context: Context, id: string, hands: Hands) => Promise<string>;

/** One handler per message kind. A kind without a handler does not compile. */
export const handlers: Record<MessageKind, Handler> = {
  dispatch,
  "submit-job": submitJob,
  "check-job": checkJob,
  "copy-output": copyOutput,
  "send-deliveries": sendDeliveries,
};
