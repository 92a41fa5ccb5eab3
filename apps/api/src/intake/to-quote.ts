import type { Quote } from "@darkroom/contract/jobs";
import { microsToUsd } from "@darkroom/contract/pricing/usd";
import type { JobPlan } from "./plan-job.ts";

/** What a job would cost, in the words of the API. */
export function toQuote({ model, charge }: Pick<JobPlan, "model" | "charge">): Quote {
  return {
    dry_run: true,
    model: model.id,
    cost_usd: microsToUsd(charge.micros),
    exact: charge.exact,
    lines: charge.lines.map(({ label, quantity, unit, unitMicros, micros }) => ({
      label,
      quantity,
      unit,
      unit_usd: microsToUsd(unitMicros),
      cost_usd: microsToUsd(micros),
    })),
  };
}
