import type { DeliveryError } from "@darkroom/contract/deliveries";
import type { Verdict } from "../endpoints/health.ts";
import { nextAttemptAt } from "./next-attempt.ts";
import type { PostOutcome } from "./post-event.ts";
import type { AttemptRecord } from "./transition.ts";

/** What an attempt means for its delivery and for its endpoint. */
export type Judgement = {
  record: Pick<AttemptRecord, "status" | "error" | "body" | "to" | "dueAt">;
  verdict: Omit<Verdict, "startedAt">;
  /** The endpoint said that it is gone for good. */
  gone: boolean;
};

/** Decides purely. `number`: which attempt this was, from 1. */
export function judgeAnswer(
  outcome: PostOutcome,
  attempt: { number: number; now: Date; jitter: number; pausesSeconds: readonly number[] },
): Judgement {
  const answered = outcome.outcome === "answered";
  const status = answered ? outcome.status : null;
  const error = answered ? errorOf(outcome.status) : outcome.error;
  const retryAfterMs = answered ? outcome.retryAfterMs : null;
  const limited = status === 429;
  const timedOut = error === "timeout";
  const failure = { overloaded: limited || timedOut, retryAfterMs };
  const gone = status === 410;
  const isOver = gone || (answered && outcome.abort);
  const dueAt = error && !isOver ? nextAttemptAt({ ...attempt, failure }, attempt.pausesSeconds) : null;
  return {
    record: { status, error, body: answered ? outcome.body : null, to: nextState(error, dueAt), dueAt },
    verdict: { ok: error === null, limited, timedOut, retryAfterMs },
    gone,
  };
}

function nextState(error: DeliveryError | null, dueAt: Date | null): AttemptRecord["to"] {
  if (!error) return "delivered";
  return dueAt ? "pending" : "exhausted";
}

function errorOf(status: number): DeliveryError | null {
  if (status >= 200 && status < 300) return null;
  if (status === 410) return "gone";
  return status >= 300 && status < 400 ? "redirect" : "http_status";
}
