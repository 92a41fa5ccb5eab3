import type { ServerResponse } from "node:http";
import type { JobStatus } from "@darkroom/contract/jobs";
import type { TimelineEntry } from "@darkroom/contract/timeline";
import { statusAfter } from "@darkroom/core/jobs/read-timeline";
import { hasEnded } from "./has-ended.ts";
import type { JobStreams } from "./job-streams.ts";
import { openChannel } from "./open-channel.ts";

/**
 * Sends a job's timeline as server-sent events (HTML standard §9.2): the entries given, then what comes after them, until the job
 * is final. A reader that is slow is waited for; one that takes nothing at all is let go.
 */
export function streamTimeline(
  response: ServerResponse,
  streams: JobStreams,
  from: { jobId: string; seq: number; entries: TimelineEntry[] },
): void {
  const toEvent = eventWriter();
  const channel = openChannel(response);
  channel.write(from.entries.map(toEvent).join(""));
  if (hasEnded(from.entries)) {
    channel.end("");
    return;
  }
  const leave = streams.follow({
    jobId: from.jobId,
    seq: from.entries.at(-1)?.seq ?? from.seq,
    ready: channel.isReady,
    take: (entries) => {
      channel.write(entries.map(toEvent).join(""));
      if (hasEnded(entries)) end("");
    },
    ping: () => channel.isReady() && channel.write(": ping\n\n"),
    stop: () => end(": this server is stopping; connect again\n\n"),
  });
  const end = (text: string) => {
    leave();
    channel.end(text);
  };
  response.once("close", leave);
}

/** An entry's id is its seq; its event is the job's status, but only where that changes. */
function eventWriter(): (entry: TimelineEntry) => string {
  let shown: JobStatus | null = null;
  return (entry) => {
    const status = statusAfter(entry);
    const changes = status !== null && status !== shown;
    shown = status ?? shown;
    return `id: ${entry.seq}\n${changes ? `event: ${status}\n` : ""}data: ${JSON.stringify(entry)}\n\n`;
  };
}
