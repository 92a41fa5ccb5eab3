import type { StreamEventName } from "@darkroom/contract/admin/stream";
import { isAdminKeyOpen } from "@darkroom/core/access/find-admin-key";
import { isSessionOpen } from "@darkroom/core/access/find-session";
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
    return {
      kind: "stream",
      start: (response) => {
        const channel = openChannel(response);
        const viewer = toViewer(api, admin, channel, () => leave());
        const { begun, leave } = api.adminStreams.follow(viewer);
        response.once("close", leave);
        // What was missed is read after the stream has begun to follow: nothing falls in between, and some may be told twice.
        begun
          .then(() => greet(api, lastId === undefined ? null : Number(lastId)))
          .then(viewer.begin, (error: unknown) => {
            api.log.warn({ err: error }, "a stream could not begin");
            response.destroy();
          });
      },
    };
  },
});

/** The first events of a connection: where it begins, and what it missed since its last one. */
async function greet(api: Api, lastSeq: number | null): Promise<string> {
  // A connection that breaks before its first change has somewhere to go on, too.
  const from = lastSeq ?? lowWaterOf(await startTail(api.reads, performance.now()));
  const missed = lastSeq === null ? [] : await readMissed(api.reads, lastSeq);
  const hello = eventOf("hello", { gap: missed === null }, from);
  if (!missed || missed.length === 0) return hello;
  const rows = await readJobItems(api.reads, missed.slice(-jobsMax));
  const jobs = rows.map((row) => toJobItem(row, { payloads: false }));
  return hello + eventOf("jobs", { jobs, more: missed.length > jobsMax }, from);
}

/** Events that may come before the greeting: some tenths of a second of them. */
const earlyMax = 50;

function toViewer(api: Api, admin: AdminCaller, channel: Channel, leave: () => void) {
  let early: string[] | null = [];
  let missed = false;
  const viewer: Viewer = {
    send: (event, data, id) => {
      const text = eventOf(event, data, id);
      if (early) {
        if (early.length < earlyMax) early.push(text);
        else missed ||= event === "jobs";
        return;
      }
      // A slow reader is not sent more; once it can read again it is told that it missed something.
      if (!channel.isReady()) {
        missed ||= event === "jobs";
        return;
      }
      channel.write(missed ? eventOf("jobs", { jobs: [], more: true }, id) + text : text);
      missed = false;
    },
    ping: () => !early && channel.isReady() && channel.write(": ping\n\n"),
    isAllowed: () => isAllowed(api, admin),
    end: (reason) => {
      leave();
      channel.end(eventOf("end", { reason }));
    },
  };
  const begin = (greeting: string) => {
    channel.write(greeting + (early ?? []).join(""));
    early = null;
  };
  return { ...viewer, begin };
}

function isAllowed(api: Api, { kind, id, session }: AdminCaller): Promise<boolean> {
  const now = api.clock.now();
  if (kind === "admin_key") return isAdminKeyOpen(api.reads, id, now);
  return session ? isSessionOpen(api.reads, session.id, now) : Promise.resolve(false);
}

function eventOf(event: StreamEventName, data: unknown, id?: number): string {
  return `${id === undefined ? "" : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}
