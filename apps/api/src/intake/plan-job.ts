import type { CreateJob } from "@darkroom/contract/jobs";
import { parseInput } from "@darkroom/contract/models/parse-input";
import { type Charge, quoteInput } from "@darkroom/contract/pricing/quote";
import { microsToUsd } from "@darkroom/contract/pricing/usd";
import type { Context } from "@darkroom/core/context";
import type { Wanted } from "@darkroom/core/reuse/find-sources";
import { type ProblemReply, problem } from "../reply.ts";
import { invalid } from "../requests/check-request.ts";
import { inputErrors, jsonPointer } from "../requests/field-errors.ts";
import { checkWebhookUrl } from "./check-webhook-url.ts";
import { examinePictures, type NewPicture } from "./examine-pictures.ts";
import type { FileFinder } from "./file-finder.ts";
import { findPricedModel, type PricedModel } from "./find-priced-model.ts";
import { planReuse } from "./plan-reuse.ts";

/** A job that may be made as it stands; nothing of it is stored or reserved yet. */
export type JobPlan = {
  request: CreateJob;
  model: PricedModel;
  input: Record<string, unknown>;
  newPictures: NewPicture[];
  charge: Charge;
  maxCostMicros: number | null;
  webhookUrl: string | null;
  /** What identical jobs are looked for by; null: it is generated in any case. */
  reuse: Wanted | null;
  /** What later jobs find this one by; null: by nothing. */
  inputKey: Buffer | null;
};

export type PlannedJob = { outcome: "planned"; plan: JobPlan } | { outcome: "refused"; reply: ProblemReply };

type Means = { context: Pick<Context, "egress" | "env" | "links" | "models">; findFile: FileFinder };

/** Everything that can be wrong with a job, in the order of what it costs to find out. `at`: where in the body the job is. */
export async function planJob(means: Means, request: CreateJob, at: readonly PropertyKey[]): Promise<PlannedJob> {
  const found = findPricedModel(means.context, request.model, at);
  if (found.outcome === "refused") return found;
  const webhook = checkWebhookUrl(means.context, request.webhook_url, [...at, "webhook_url"]);
  if (webhook.outcome === "refused") return webhook;
  const { model } = found;
  const parsed = parseInput(model, request.input);
  if (parsed.outcome === "invalid") return refuse(invalid(inputErrors(parsed.errors, [...at, "input"])));
  const pictures = await examinePictures(means, { model, input: parsed.input, at });
  if (pictures.outcome === "refused") return pictures;
  const { input, newPictures, source } = pictures;
  const planned = planReuse(request, model, pictures, at);
  if (planned.outcome === "refused") return planned;
  const { reuse, inputKey } = planned;
  if (JSON.stringify(input).length > inputCharsMax) return refuse(tooLarge(at));
  const charge = quoteInput({ price: model.price, input, source });
  const maxCostMicros = request.max_cost_usd === undefined ? null : Math.round(request.max_cost_usd * 1e6);
  if (maxCostMicros !== null && charge.micros > maxCostMicros) return refuse(tooCostly(charge, maxCostMicros, at));
  return {
    outcome: "planned",
    plan: { request, model, input, newPictures, charge, maxCostMicros, webhookUrl: webhook.url, reuse, inputKey },
  };
}

/** What a row should hold. Only a model whose input is passed through can come near it, e.g. with a picture in an unnamed field. */
const inputCharsMax = 256_000;

function tooLarge(at: readonly PropertyKey[]): ProblemReply {
  const message = `input must be at most ${inputCharsMax} characters of JSON, pictures in the model's image_fields not counted`;
  const errors = [{ pointer: jsonPointer([...at, "input"]), message, code: "too_big" }];
  return problem("body_too_large", `${message}.`, { errors });
}

function tooCostly(charge: Charge, maxCostMicros: number, at: readonly PropertyKey[]): ProblemReply {
  const cost = `${charge.exact ? "" : "up to "}$${microsToUsd(charge.micros)}`;
  const message = `max_cost_usd is ${microsToUsd(maxCostMicros)}; this job may cost ${cost}`;
  const errors = [{ pointer: jsonPointer([...at, "max_cost_usd"]), message, code: "too_small" }];
  return problem("cost_above_limit", `${message}.`, { errors });
}

function refuse(reply: ProblemReply): PlannedJob {
  return { outcome: "refused", reply };
}
