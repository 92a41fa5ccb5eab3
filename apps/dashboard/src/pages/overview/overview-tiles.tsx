import type { Now, Overview } from "@darkroom/contract/admin/overview";
import { Link } from "@tanstack/react-router";
import { formatBounded, formatCount, formatPercent, formatRate, formatUsdSum } from "../../format/numbers.ts";
import { Meter, Tile, Tiles } from "../../ui/tile.tsx";
import { Ago, Since } from "../../ui/time.tsx";

export const rangeWords = { "1h": "last hour", "24h": "last 24 hours", "7d": "last 7 days" } as const;

/** What is true at this moment. */
export function NowTiles({ now, spend }: { now: Now; spend: Overview["spend"] }) {
  return (
    <Tiles>
      <Tile label="At fal now" value={formatCount(now.in_flight)} unit={`of ${formatCount(now.slots)} slots`}>
        <Meter value={now.in_flight} max={now.slots} label="Slots in use" />
      </Tile>
      <Tile
        label="Waiting"
        value={formatBounded(now.waiting)}
        unit="jobs"
        note={now.scheduled.count > 0 ? `${formatBounded(now.scheduled)} more for later` : "none for later"}
      />
      <Tile
        label="Oldest waiting"
        value={now.oldest_waiting ? <Since at={now.oldest_waiting.since} /> : "–"}
        note={now.oldest_waiting ? <OldestLink oldest={now.oldest_waiting} /> : "nothing waits"}
      />
      <Tile label="Copying to storage" value={formatBounded(now.copying)} unit="jobs" note={workersNote(now)} />
      <Tile
        label="Spent today"
        value={formatUsdSum(spend.today_usd)}
        note={`${formatUsdSum(spend.reserved_usd)} reserved`}
      />
      <Tile label="Spent this month" value={formatUsdSum(spend.month_usd)} note="UTC" />
    </Tiles>
  );
}

function OldestLink({ oldest }: { oldest: NonNullable<Now["oldest_waiting"]> }) {
  return (
    <Link to="/jobs/$id" params={{ id: oldest.job_id }}>
      of {oldest.tenant.name}
    </Link>
  );
}

function workersNote(now: Now): string {
  return now.workers_alive === 1 ? "1 worker alive" : `${now.workers_alive} workers alive`;
}

/** Sums over the chosen range. */
export function RangeTiles({ overview }: { overview: Overview }) {
  const { totals, range, behind_seconds: behind } = overview;
  const ended = totals.succeeded + totals.failed + totals.canceled;
  return (
    <Tiles>
      <Tile
        label="Success rate"
        value={totals.success_rate === null ? "–" : formatPercent(totals.success_rate)}
        note={totals.success_rate === null ? "nothing ended" : rangeWords[range]}
      />
      <Tile label="Ended" value={formatCount(ended)} unit="jobs" note={`${formatRate(totals.per_minute)} per minute`} />
      <Tile label="Succeeded" value={formatCount(totals.succeeded)} unit="jobs" />
      <Tile label="Failed" value={formatCount(totals.failed)} unit="jobs" />
      <Tile label="Canceled" value={formatCount(totals.canceled)} unit="jobs" />
      <Tile
        label="Cost of ended jobs"
        value={formatUsdSum(totals.cost_usd)}
        note={behind > 5 ? `sums are ${behind} s behind` : <Updated at={overview.to} />}
      />
    </Tiles>
  );
}

function Updated({ at }: { at: string }) {
  return (
    <>
      as of <Ago at={at} />
    </>
  );
}
