import type { Model } from "@darkroom/contract/models/model";
import type { ReadAnswer } from "../fal/read-answer.ts";
import type { JobRow } from "./job-row.ts";
import { priceAnswer } from "./price-answer.ts";
import type { FalAnswer } from "./record-fal-result.ts";

/** What fal said, with what it costs this job. */
export function answerOf(
  read: ReadAnswer,
  job: Pick<JobRow, "input" | "reservedMicros">,
  model: Model | undefined,
): FalAnswer {
  if (read.kind !== "images") return read;
  const images = read.images.map(({ url, nsfw }) => ({ url, nsfw }));
  return { kind: "images", images, seed: read.seed, costMicros: priceAnswer(job, model, read.images) };
}
