import { microsToUsd } from "@darkroom/contract/pricing/usd";
import type { RetryRefusal } from "@darkroom/core/retry-and-follow";
import { notFound, type ProblemReply, problem } from "../reply.ts";
import { budgetExceeded } from "./budget-exceeded.ts";
import { queueFull } from "./queue-cap.ts";

/** Problems of every route that retries. */
export const retryProblems = [
  "not_found",
  "job_not_retryable",
  "budget_exceeded",
  "cost_above_limit",
  "unpriced_model",
] as const;

/** Why a retry was not made. */
export function refuseRetry(result: RetryRefusal): ProblemReply {
  switch (result.outcome) {
    case "not_found":
      return notFound("job");
    case "not_retryable":
      return problem("job_not_retryable", `This job is ${result.job.erasedAt ? "deleted" : result.job.state}.`);
    case "queue_full":
      return queueFull(result);
    case "budget_exceeded":
      return budgetExceeded(result.exceeded);
    case "cost_above_limit": {
      const [price, limit] = [microsToUsd(result.micros), microsToUsd(result.maxCostMicros)];
      return problem("cost_above_limit", `Its max_cost_usd is ${limit}; by today's price it may cost $${price}.`);
    }
    case "model_gone":
      return problem("unpriced_model", `${result.model} takes no jobs here until it has a price again.`);
  }
}
