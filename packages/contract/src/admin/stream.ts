import { z } from "zod";
import { bulkSchema } from "./bulk.ts";
import { adminJobItemSchema } from "./jobs.ts";
import { nowSchema } from "./overview.ts";

/**
 * GET /admin/api/stream, server-sent events. `jobs` events carry an id: an EventSource that reconnects sends the last one and
 * misses nothing; it may be told of a change twice. Comments (`: ping`) come every 15 s: silence for 30 s means the stream is down.
 */
export const streamEventSchemas = {
  /** The first event of every connection: what follows is complete from here on. `gap`: too much was missed, read the lists anew. */
  hello: z.object({ gap: z.boolean() }),
  /** Jobs that changed, as they are now, at most twice a second and 200 at a time. Without excerpt and thumbnail: keep those you have. */
  jobs: z.object({
    jobs: z.array(adminJobItemSchema),
    more: z.boolean().describe("More than 200 changed at once: read the list anew."),
  }),
  /** Every two seconds. */
  now: nowSchema,
  /** A bulk operation went on, or ended. */
  bulk: bulkSchema,
  /** The last event: the session ended, or this server stops (then connect again). */
  end: z.object({ reason: z.enum(["session_ended", "stopping"]) }),
} as const;

export type StreamEventName = keyof typeof streamEventSchemas;
export type StreamEvent<Name extends StreamEventName> = z.infer<(typeof streamEventSchemas)[Name]>;
