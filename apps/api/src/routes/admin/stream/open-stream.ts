import type { StreamEventName } from "@darkroom/contract/admin/stream";
import { isAdminKeyOpen } from "@darkroom/core/access/admin-key";
import { isSessionOpen } from "@darkroom/core/access/session";
import { toJobItem } from "@darkroom/core/admin/job-item";
import { readJobItems } from "@darkroom/core/admin/read-job-items";
import { lowWaterOf, readMissed, startTail } from "@darkroom/core/admin/timeline-tail";
import { z } from "zod";
import type { Api } from "../../../api.ts";
import type { AdminCaller } from "../../../middleware/authenticate-admin.ts";
import type { Viewer } from "../../../streams/admin-streams.ts";
import { type Channel, openChannel } from "../../../streams/open-channel.ts";
import { defineAdminRoute } from "../define-admin-route.ts";

const headers = z.object({
  "last-event-id": z
    .string()
    .regex(/^\d{1,15}$/)
    .optional()
    .catch(undefined),
});
/** Jobs told of at once. */
const jobsMax = 200;

export const openStreamRoute = defineAdminRoute("openStream", {
  summary: "What happens, as it happens",
  headers,
  replies: { 200: { description: "Server-sent events (contract/admin/stream.ts).", contentType: "text/event-stream" } },
  async handle(api, { admin, headers: { "last-event-id": lastId } }) {
    const missed = lastId === undefined ? [] : await readMissed(api.reads, Number(lastId));
    const rows = missed ? await readJobItems(api.reads, missed.slice(-jobsMax)) : [];
    // A connection that breaks before its first change has somewhere to go on, too.
    const from = lastId === undefined ? lowWaterOf(await startTail(api.reads, performance.now())) : Number(lastId);
    const jobs = rows.map((row) => toJobItem(row, { payloads: false }));
    return {
      kind: "stream",
      start: (response) => {
        const channel = openChannel(response);
        channel.write(eventOf("hello", { gap: missed === null }, from));
        if (missed && missed.length > 0) {
          channel.write(eventOf("jobs", { jobs, more: missed.length > jobsMax }, from));
        }
        const leave = api.adminStreams.follow(toViewer(api, admin, channel, () => leave()));
        response.once("close", leave);
      },
    };
  },
});

function toViewer(api: Api, admin: AdminCaller, channel: Channel, leave: () => void): Viewer {
  let missed = false;
  return {
    send: (event, data, id) => {
      // A slow reader is not sent more; once it can read again it is told that it missed something.
      if (!channel.isReady()) {
        missed ||= event === "jobs";
        return;
      }
      if (missed) channel.write(eventOf("jobs", { jobs: [], more: true }, id));
      missed = false;
      channel.write(eventOf(event, data, id));
    },
    ping: () => channel.isReady() && channel.write(": ping\n\n"),
    isAllowed: () => isAllowed(api, admin),
    end: (reason) => {
      leave();
      channel.end(eventOf("end", { reason }));
    },
  };
}

function isAllowed(api: Api, { kind, id, session }: AdminCaller): Promise<boolean> {
  const now = api.clock.now();
  if (kind === "admin_key") return isAdminKeyOpen(api.reads, id, now);
  return session ? isSessionOpen(api.reads, session.id, now) : Promise.resolve(false);
}

function eventOf(event: StreamEventName, data: unknown, id?: number): string {
  return `${id === undefined ? "" : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}
