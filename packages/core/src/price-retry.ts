import { quoteInput } from "@darkroom/contract/pricing/quote";
import type { Context } from "./context.ts";
import { readFile } from "./files/read-file.ts";
import { isId } from "./ids.ts";
import type { JobRow } from "./jobs/job-row.ts";

export type RetryPrice =
  | { outcome: "priced"; micros: number }
  /** It costs more by now than the job's max_cost_usd. */
  | { outcome: "cost_above_limit"; micros: number; maxCostMicros: number }
  /** The operator took the model or its price away. */
  | { outcome: "model_gone"; model: string };

/** What a job costs if it is bought today: prices may have changed since it was made. */
export async function priceRetry(context: Pick<Context, "db" | "models">, job: JobRow): Promise<RetryPrice> {
  const price = context.models.find(job.model)?.price;
  if (!price) return { outcome: "model_gone", model: job.model };
  const input = (job.input ?? {}) as Record<string, unknown>;
  const micros = quoteInput({ price, input, source: await sourceOf(context, job, input) }).micros;
  const maxCostMicros = job.maxCostMicros === null ? null : Number(job.maxCostMicros);
  if (maxCostMicros !== null && micros > maxCostMicros) return { outcome: "cost_above_limit", micros, maxCostMicros };
  return { outcome: "priced", micros };
}

/** Size of the picture it starts from, where that is one of our files. */
async function sourceOf({ db }: Pick<Context, "db">, job: JobRow, { image_url: url }: Record<string, unknown>) {
  if (typeof url !== "string" || !isId("file", url)) return null;
  return readFile(db, { id: url, tenantId: job.tenantId });
}
