import { timelineEntrySchema } from "@darkroom/contract/timeline";
import { readTimeline } from "@darkroom/core/jobs/read-timeline";
import { z } from "zod";
import { notFound } from "../../reply.ts";
import { defineRoute } from "../../route.ts";
import { hasEnded } from "../../streams/has-ended.ts";
import { streamTimeline } from "../../streams/stream-timeline.ts";
import { jobIdParams } from "./job-id.ts";

export const streamJobRoute = defineRoute({
  id: "streamJob",
  method: "get",
  path: "/v1/jobs/{id}/stream",
  tag: "Jobs",
  summary: "Follow a job",
  description:
    "Server-sent events: the job's timeline so far, then each new entry, until the job is final. `id` is the entry's `seq`, " +
    "`data` the entry, `event` the job's status where that changes. Reconnect with `Last-Event-ID` and nothing is missed; " +
    "when there is nothing more to come, the answer is 204, which ends an EventSource.",
  access: "jobs:read",
  params: jobIdParams,
  headers: z.object({
    "last-event-id": z
      .string()
      .regex(/^\d{1,15}$/, "must be the id of an event of this stream")
      .optional()
      .describe("The last event you have."),
  }),
  replies: {
    200: {
      description: "The stream; each event's data is an entry.",
      schema: timelineEntrySchema,
      contentType: "text/event-stream",
    },
    204: { description: "The job is final and you have its last entry." },
  },
  problems: ["not_found"],
  async handle(api, { params, headers, caller }) {
    const jobId = params.id;
    const all = await readTimeline(api.db, { tenantId: caller.tenantId, jobId });
    if (!all) return notFound("job");
    const seq = Number(headers["last-event-id"] ?? 0);
    const entries = all.filter((entry) => entry.seq > seq);
    if (entries.length === 0 && hasEnded(all)) return { kind: "empty", status: 204 };
    return { kind: "stream", start: (response) => streamTimeline(response, api.streams, { jobId, seq, entries }) };
  },
});
