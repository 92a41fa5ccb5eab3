import type { Records } from "../records/gather-records.ts";
import type { AttemptRecord } from "../records/read-database.ts";
import { type Case, type Indexed, tokenOf } from "./index-records.ts";
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
  return judgeAmount(each, round, indexed).map(({ what, detail }) => mismatch(what, detail));
}

/** How a round's money may end: `unknown` says so itself, and then the reservation stands. */
function judgeAmount(each: Case, round: Round, indexed: Indexed): { what: string; detail: object }[] {
  const { job } = each;
  const attempts = each.attempts.filter((attempt) => round.attempts.includes(attempt.number));
  const billedMicros = attempts.reduce((sum, attempt) => sum + billedFor(attempt, indexed), 0);
  const end = each.spend.find((entry) => entry.round === round.number && entry.kind !== "reserve");
  const charged = round.number === job.round ? job.charged : end?.kind === "release" ? "no" : chargedOf(round);
  const detail = { charged, billedMicros, settledMicros: end?.micros, code: round.endings.at(-1)?.code };
  if (charged === "no") {
    if (end?.kind !== "release") return [{ what: "not charged, but settled", detail }];
    return billedMicros > 0 ? [{ what: "said not to be charged, but fal billed it", detail }] : [];
  }
  if (end?.kind !== "settle") return [{ what: "charged, but released", detail }];
  if (charged === "unknown") return [];
  if (billedMicros === 0) return [{ what: "said to be charged, but fal billed nothing", detail }];
  const isOff = Math.abs(billedMicros - end.micros) > roundingMicrosMax;
  return isOff ? [{ what: "another amount was settled than fal billed", detail }] : [];
}

/** Endings after which nobody knows whether fal bills (packages/contract, job errors). */
const unknownCodes = [
  "submit_unknown",
  "fal_request_lost",
  "deadline_exceeded",
  "fal_unreadable",
  "no_image_generated",
];

/** Of a round before the last only its entries are left: a canceled one may have been either. */
function chargedOf(round: Round): "yes" | "unknown" {
  const end = round.endings.at(-1);
  return end?.to === "canceled" || unknownCodes.includes(end?.code ?? "") ? "unknown" : "yes";
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
