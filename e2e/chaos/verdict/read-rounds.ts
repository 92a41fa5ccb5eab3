import type { DatabaseRecord } from "../records/read-database.ts";

/** From one opening of a job to the next by hand: what its reservation and its settlement belong to. */
export type Round = { number: number; attempts: number[]; endings: Ending[] };
export type Ending = { to: "succeeded" | "failed" | "canceled"; code: string | null };

/** Tells a job's rounds from its timeline. Pure. */
export function readRounds(timeline: readonly Pick<DatabaseRecord["timeline"][number], "kind" | "data">[]): Round[] {
  const rounds: Round[] = [{ number: 1, attempts: [], endings: [] }];
  for (const { kind, data } of timeline) {
    const round = rounds.at(-1) as Round;
    if (kind === "job.queued" && data.by === "retry")
      rounds.push({ number: round.number + 1, attempts: [], endings: [] });
    if (kind === "job.submitting") round.attempts.push(Number(data.attempt));
    const end = /^job\.(succeeded|failed|canceled)$/.exec(kind)?.[1] as Ending["to"] | undefined;
    if (end) round.endings.push({ to: end, code: typeof data.code === "string" ? data.code : null });
  }
  return rounds;
}
