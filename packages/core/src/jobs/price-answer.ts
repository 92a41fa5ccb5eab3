import type { Model } from "@darkroom/contract/models/model";
import { settleOutput } from "@darkroom/contract/pricing/quote";
import type { JobRow } from "./job-row.ts";

/** What pictures of these sizes cost, in micro-dollars. The reservation stands in where a size or the price is not known. */
export function priceAnswer(
  job: Pick<JobRow, "input" | "reservedMicros">,
  model: Model | undefined,
  images: readonly { width: number | null; height: number | null }[],
): number {
  const sizes = images.flatMap(({ width, height }) => (width && height ? [{ width, height }] : []));
  if (!model?.price || sizes.length < images.length) return Number(job.reservedMicros);
  return settleOutput({ price: model.price, input: (job.input ?? {}) as Record<string, unknown>, images: sizes })
    .micros;
}
