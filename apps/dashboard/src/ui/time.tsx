import { formatAgo, formatClock, formatDuration, formatExact } from "../format/times.ts";
import { useNow } from "../live/clock.ts";

/** "3 min ago"; the exact time on hover. */
export function Ago({ at, empty = "–" }: { at: string | null | undefined; empty?: string }) {
  const now = useNow();
  if (!at) return <>{empty}</>;
  return (
    <time dateTime={at} title={formatExact(at)}>
      {formatAgo(at, now)}
    </time>
  );
}

/** "in 3 min", and once that is past: "due". */
export function Due({ at }: { at: string | null }) {
  const now = useNow();
  if (!at) return "–";
  if (Date.parse(at) > now) return <Ago at={at} />;
  return (
    <time dateTime={at} title={`since ${formatExact(at)}`}>
      due
    </time>
  );
}

/** How long something goes on already, counting. */
export function Since({ at, empty = "–" }: { at: string | null | undefined; empty?: string }) {
  const now = useNow();
  if (!at) return <>{empty}</>;
  return (
    <time dateTime={at} title={`since ${formatExact(at)}`}>
      {formatDuration(Math.max(0, now - Date.parse(at)))}
    </time>
  );
}

/** When it was, to the second: today's without its day. */
export function Clock({ at }: { at: string }) {
  const now = useNow();
  return (
    <time dateTime={at} title={formatExact(at)}>
      {formatClock(at, new Date(now))}
    </time>
  );
}

export function Exact({ at, empty = "–" }: { at: string | null | undefined; empty?: string }) {
  return at ? <time dateTime={at}>{formatExact(at)}</time> : empty;
}
