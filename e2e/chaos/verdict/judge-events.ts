import type { Indexed } from "./index-records.ts";
import type { Violation } from "./violation.ts";

/**
 * Every ending has exactly one event row. Deliveries to customers' endpoints do not exist yet: when they do, this is the place to
 * compare what receivers got with these rows, and to count `duplicate_deliveries`.
 */
export function judgeEvents({ cases }: Indexed): Violation[] {
  return cases.flatMap(({ job, rounds, events }): Violation[] => {
    const endings = rounds.flatMap((round) => round.endings.map(({ to }) => `job.${to}`));
    if (sameItems(endings, events)) return [];
    return [
      {
        rule: "events_undelivered",
        what: "endings and events do not agree",
        jobId: job.id,
        detail: { endings, events },
      },
    ];
  });
}

function sameItems(one: readonly string[], other: readonly string[]): boolean {
  return [...one].sort().join() === [...other].sort().join();
}
