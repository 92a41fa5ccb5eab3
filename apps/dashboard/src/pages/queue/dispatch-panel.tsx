import type { Now } from "@darkroom/contract/admin/overview";
import type { QueueState } from "@darkroom/contract/admin/queue";
import { formatBounded, formatCount } from "../../format/numbers.ts";
import { Notice } from "../../ui/notice.tsx";
import { Meter, Tile, Tiles } from "../../ui/tile.tsx";
import { Ago, Since } from "../../ui/time.tsx";

export function DispatchPanel({ queue, now }: { queue: QueueState; now: Now }) {
  const { dispatch_paused_at: pausedAt, in_flight: inFlight, slots } = now;
  const { submits_per_second: pace, submits_per_second_max: paceMax } = now;
  const blockedUntil = queue.blocked_until;
  return (
    <>
      {pausedAt && (
        <Notice tone="warn">
          Dispatch is paused since <Ago at={pausedAt} />: jobs are accepted and wait. What is at fal goes on.
        </Notice>
      )}
      <Tiles>
        <Tile
          label="Dispatch"
          value={pausedAt ? "Paused" : "Running"}
          note={pausedAt ? <Since at={pausedAt} /> : "jobs go to fal"}
        />
        <Tile label="Slots in use" value={formatCount(inFlight)} unit={`of ${formatCount(slots)}`}>
          <Meter value={inFlight} max={slots} label="Slots in use" />
        </Tile>
        <Tile
          label="Pace of submits"
          value={formatPace(pace)}
          unit="per second"
          note={pace < paceMax ? `slowed from ${formatPace(paceMax)}` : "full pace"}
        />
        <Tile label="Waiting" value={formatBounded(now.waiting)} unit="jobs" />
        <Tile
          label="fal's Retry-After"
          value={blockedUntil ? <Ago at={blockedUntil} /> : "–"}
          note={blockedUntil ? "until then nothing is sent" : "fal asks for no pause"}
        />
        <Tile label="Doorbell" value={queue.backend === "redis" ? "Redis" : "Postgres"} note="carries BullMQ" />
      </Tiles>
    </>
  );
}

function formatPace(perSecond: number): string {
  return String(Math.round(perSecond * 100) / 100);
}
