import type { Finding, Now, Overview } from "@darkroom/contract/admin/overview";
import type { Totals } from "./read-stats.ts";

/** What the verdict is made of. */
export type Signs = {
  now: Now;
  queueReachable: boolean;
  totals: Totals;
  behindSeconds: number;
  doubtsOpen: number;
  endpointsFailing: number;
};

/** A head of line that waits so long although there is room is not being dispatched. */
const stuckAfterMs = 60_000;
/** The roll-up runs every two seconds. */
const behindSecondsMax = 30;
/** Fewer ends than this say nothing about a rate. */
const endsMin = 10;
const failureShareMax = 0.2;

type Rule = (signs: Signs) => Finding | null;

/** Says whether all is well and, if not, why: worst first. Pure; docs/admin.md explains each finding. */
export function judgeHealth(signs: Signs): Overview["health"] {
  const findings = rules.flatMap((rule) => rule(signs) ?? []);
  const order = ["critical", "warning", "info"] as const;
  findings.sort((a, b) => order.indexOf(a.severity) - order.indexOf(b.severity));
  const [worst] = findings;
  if (!worst || worst.severity === "info") return { verdict: "ok", sentence: "Everything runs.", findings };
  return { verdict: worst.severity === "critical" ? "down" : "degraded", sentence: worst.sentence, findings };
}

const rules: readonly Rule[] = [
  ({ now }) =>
    now.workers_alive > 0 ? null : critical("no_worker", "No worker runs: jobs are accepted and wait.", "/queue"),
  ({ queueReachable }) =>
    queueReachable
      ? null
      : warning("queue_unreachable", "The queue cannot be reached; the sweep works in its place, slower.", "/queue"),
  ({ now }) => {
    const circuit = now.circuits.find(({ scope, state }) => scope === "account" && state !== "closed");
    const why = circuit?.reason ? `: ${circuit.reason}` : "";
    return circuit
      ? critical("account_circuit_open", `Nothing goes to fal, because everything failed there${why}.`, "/queue")
      : null;
  },
  ({ now }) =>
    now.dispatch_paused_at
      ? warning("dispatch_paused", "Dispatch is paused by hand: nothing new goes to fal.", "/queue")
      : null,
  ({ now }) => {
    const models = now.circuits.filter(({ scope, state }) => scope !== "account" && state !== "closed");
    const names = models.map(({ scope }) => scope).join(", ");
    return models.length > 0
      ? warning("model_circuit_open", `No jobs go to ${names}: it kept failing.`, "/queue")
      : null;
  },
  ({ now }) => (isStuck(now) ? warning("line_stuck", "Jobs wait although slots are free.", "/queue") : null),
  ({ totals }) => {
    const ends = totals.succeeded + totals.failed;
    const share = ends >= endsMin ? totals.failed / ends : 0;
    return share > failureShareMax
      ? warning(
          "many_failures",
          `${Math.round(share * 100)} % of the jobs that ended have failed.`,
          "/jobs?status=failed",
        )
      : null;
  },
  ({ behindSeconds }) =>
    behindSeconds > behindSecondsMax
      ? warning("roll_up_behind", `Charts and sums are ${behindSeconds} s behind.`, "/queue")
      : null,
  ({ endpointsFailing: count }) =>
    count > 0
      ? warning(
          "deliveries_failing",
          count === 1
            ? "One endpoint has had nothing but failures."
            : `${count} endpoints have had nothing but failures.`,
          "/endpoints",
        )
      : null,
  ({ now }) =>
    now.submits_per_second < now.submits_per_second_max
      ? info("submits_slowed", "fal asked for fewer submits (429); the pace recovers by itself.", "/queue")
      : null,
  ({ doubtsOpen: count }) =>
    count > 0
      ? info(
          "doubted_submits",
          count === 1
            ? "One submit lost its reply and is being looked up at fal."
            : `${count} submits lost their reply and are being looked up at fal.`,
          null,
        )
      : null,
];

function isStuck(now: Now): boolean {
  const accountOpen = now.circuits.some(({ state }) => state !== "closed");
  if (now.dispatch_paused_at || accountOpen || now.in_flight >= now.slots) return false;
  const at = Date.parse(now.at);
  return now.backlog.some(
    ({ paused, in_flight, in_flight_max, oldest_at }) =>
      !paused &&
      (in_flight_max === null || in_flight < in_flight_max) &&
      oldest_at !== null &&
      at - Date.parse(oldest_at) > stuckAfterMs,
  );
}

type Code = Finding["code"];
const critical = (code: Code, sentence: string, link: string | null): Finding => ({
  severity: "critical",
  code,
  sentence,
  link,
});
const warning = (code: Code, sentence: string, link: string | null): Finding => ({
  severity: "warning",
  code,
  sentence,
  link,
});
const info = (code: Code, sentence: string, link: string | null): Finding => ({
  severity: "info",
  code,
  sentence,
  link,
});
