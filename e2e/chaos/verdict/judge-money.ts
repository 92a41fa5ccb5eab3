import type { Records } from "../records/gather-records.ts";
import type { AttemptRecord } from "../records/read-database.ts";
import { type Case, type Indexed, tokenOf } from "./index-records.ts";
import { spentIn } from "./judge-sums.ts";
import type { Round } from "./read-rounds.ts";
import type { Violation } from "./violation.ts";

/** fal's invoice is not documented to the micro-dollar: Darkroom rounds it up, the emulator to the nearest. */
const roundingMicrosMax = 1;

/** What fal has accepted and billed against what Darkroom says it bought: nothing twice, nothing unsaid. */
export function judgeMoney(records: Records, indexed: Indexed): Violation[] {
  return [
    ...strangers(records, indexed),
    ...indexed.cases.flatMap((each) => [...asksTwice(each, indexed), ...buysTwice(each, indexed)]),
    ...indexed.cases.flatMap((each) => each.rounds.flatMap((round) => judgeRound(each, round, indexed))),
  ];
}

/** A request at fal that no attempt of ours names: its row was lost. */
function strangers({ ledger }: Records, { attemptByToken }: Indexed): Violation[] {
  const unknown = ledger.filter((row) => !attemptByToken.has(tokenOf(row) ?? ""));
  return unknown.map((row) =>
    violation("ledger_mismatch", "fal has a request that no attempt names", null, { ...row }),
  );
}

function asksTwice({ job, attempts }: Case, { acceptedFor }: Indexed): Violation[] {
  return attempts.flatMap((attempt) => {
    const accepted = acceptedFor.get(attempt.id) ?? [];
    if (accepted.length < 2) return [];
    return [violation("paid_twice", "fal accepted one attempt twice", job.id, { attempt: attempt.number, accepted })];
  });
}

/** Within one round an attempt that fal billed is the last: whatever came after it bought the same picture again. */
function buysTwice({ job, attempts, rounds }: Case, indexed: Indexed): Violation[] {
  return rounds.flatMap((round) => {
    const sent = attempts.filter((attempt) => round.attempts.includes(attempt.number) && attempt.sent);
    const billed = sent.filter((attempt) => billedFor(attempt, indexed) > 0);
    const later = sent.filter((attempt) => billed.some((first) => first.number < attempt.number));
    if (later.length === 0) return [];
    const detail = {
      round: round.number,
      billed: billed.map(({ number }) => number),
      later: later.map(({ number }) => number),
    };
    return [violation("paid_twice", "it was submitted again although fal had billed it", job.id, detail)];
  });
}

function judgeRound(each: Case, round: Round, indexed: Indexed): Violation[] {
  const { job } = each;
  const isLast = round.number === job.round;
  const isClosed = !isLast || job.dueAt === null;
  const entries = each.spend.filter((entry) => entry.round === round.number);
  const count = (...kinds: string[]) => entries.filter(({ kind }) => kinds.includes(kind)).length;
  const mismatch = (what: string, detail: object = {}) =>
    violation("ledger_mismatch", what, job.id, { round: round.number, entries, ...detail });
  if (count("reserve") !== 1) return [mismatch("a round has no reservation, or several")];
  // Open again to copy: then it is settled already.
  if (!isClosed) return count("settle", "release") > 1 ? [mismatch("a round is settled twice")] : [];
  if (count("settle", "release") !== 1) return [mismatch("a round is neither settled nor released, or both")];
  if (count("correct") > entries.filter(({ estimated }) => estimated).length) {
    return [mismatch("a settlement is corrected that was no guess, or twice")];
  }
  const said = readRound(entries);
  const isSaid = !isLast || (said.charged === job.charged && said.micros === job.costMicros);
  const billedMicros = billedIn(each, round, indexed);
  const detail = { ...said, billedMicros, job: { charged: job.charged, costMicros: job.costMicros } };
  if (isLast && job.reusedFrom !== null && said.charged !== "no") {
    return [mismatch("a job is charged for another's pictures", detail)];
  }
  if (!isSaid) return [mismatch("the job says something else about its money than the ledger", detail)];
  return judgeAmount(said, billedMicros).map((what) => mismatch(what, detail));
}

type Said = { charged: "yes" | "no" | "unknown"; micros: number };

/** What the ledger says about a closed round. A guess that was not corrected is one still. */
function readRound(entries: Case["spend"]): Said {
  const micros = spentIn(entries);
  const has = (kind: string) => entries.some((entry) => entry.kind === kind);
  if (has("release")) return { charged: "no", micros };
  const isGuess = entries.some(({ estimated }) => estimated) && !has("correct");
  if (isGuess) return { charged: "unknown", micros };
  return { charged: has("correct") && micros === 0 ? "no" : "yes", micros };
}

/** To the micro-dollar, but where nobody could tell. */
function judgeAmount({ charged, micros }: Said, billedMicros: number): string[] {
  if (charged === "unknown") return [];
  if (charged === "no") return billedMicros > 0 ? ["said not to be charged, but fal billed it"] : [];
  if (billedMicros === 0) return ["said to be charged, but fal billed nothing"];
  return Math.abs(billedMicros - micros) > roundingMicrosMax ? ["another amount was settled than fal billed"] : [];
}

function billedIn({ attempts }: Case, round: Round, indexed: Indexed): number {
  const mine = attempts.filter((attempt) => round.attempts.includes(attempt.number));
  return mine.reduce((sum, attempt) => sum + billedFor(attempt, indexed), 0);
}

export function billedFor(attempt: AttemptRecord, { ownedBy }: Indexed): number {
  return (ownedBy.get(attempt.id) ?? []).reduce((sum, row) => sum + row.billedMicros, 0);
}

function violation(
  rule: Violation["rule"],
  what: string,
  jobId: string | null,
  detail: Record<string, unknown>,
): Violation {
  return { rule, what, jobId, detail };
}
