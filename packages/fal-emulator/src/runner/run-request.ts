import type { Emulator } from "../emulator.ts";
import { takeFault } from "../faults/fault-book.ts";
import type { FaultName, FaultParams } from "../faults/fault-names.ts";
import { issue } from "../models/issue.ts";
import { findModel, type Model } from "../models/models.ts";
import { priceRun } from "../models/price-run.ts";
import { type RunInput, validateInput } from "../models/validate-input.ts";
import { type FalRequest, noteFault } from "../queue/request.ts";
import { generateImages } from "./generate-images.ts";
import { modelFailure, platformFailure, type RunOutcome } from "./outcome.ts";

/** The largest seed a random one may be; fal's own range is not documented. */
const SEED_MAX = 2_147_483_647;

/** What a runner does with one request: validate, generate, take its time. Ends in the outcome the result URL will show. */
export async function runRequest(emulator: Emulator, request: FalRequest): Promise<RunOutcome> {
  const model = findModel(request.endpointId);
  if (!model) return modelFailure(404, `Path ${foreignPath(request)} not found`);
  const validation = validateInput(model, request.input);
  if (validation.outcome === "invalid") return modelFailure(422, validation.issues);
  const strikes = (fault: FaultName): FaultParams | undefined => {
    const params = takeFault(emulator.faults, fault, request.subject);
    if (params) noteFault(request, fault);
    return params;
  };
  const { input } = validation;
  const [outcome] = await Promise.all([
    failByFault(strikes, input) ?? generate(emulator, request, model, input, strikes("nsfw") !== undefined),
    takeTime(emulator, request, strikes),
  ]);
  return outcome;
}

function foreignPath(request: FalRequest): string {
  return request.endpointId.slice(request.app.length) || "/";
}

function failByFault(strikes: (fault: FaultName) => unknown, input: RunInput): RunOutcome | undefined {
  if (strikes("content_policy")) {
    const msg = "The content could not be processed because it contained material flagged by a content checker.";
    return modelFailure(422, [issue(["body", "prompt"], "content_policy_violation", msg, input.prompt)]);
  }
  if (strikes("run_500")) return platformFailure(500, "Internal Server Error", "runner_server_error");
  if (strikes("run_503")) return platformFailure(503, "Runner connection error", "runner_connection_error");
  if (strikes("run_504")) return platformFailure(504, "Request timed out", "request_timeout");
  if (!strikes("run_downstream")) return undefined;
  return modelFailure(500, [issue(["body"], "downstream_service_error", "Downstream service error", null)], true);
}

/** Waits out the generation time; `wake` (control's finish, or a cancel) ends the wait. */
async function takeTime(
  emulator: Emulator,
  request: FalRequest,
  strikes: (fault: FaultName) => FaultParams | undefined,
): Promise<void> {
  const slow = strikes("run_slow");
  const stuck = strikes("stuck") !== undefined;
  const ms = slow ? (slow.ms ?? 5_000) : (request.subject.tokens.generationMs ?? emulator.settings.generationMs);
  if (ms <= 0 && !stuck) return;
  await new Promise<void>((resolve) => {
    const stopTimer = stuck ? () => {} : emulator.timers.after(ms, resolve);
    request.wake = () => {
      stopTimer();
      resolve();
    };
  });
}

async function generate(
  emulator: Emulator,
  request: FalRequest,
  model: Model,
  input: RunInput,
  nsfw: boolean,
): Promise<RunOutcome> {
  const began = performance.now();
  const seed = input.seed ?? emulator.random.integer(SEED_MAX);
  const generated = await generateImages(emulator, request, input, seed);
  if (generated.outcome === "refused") return modelFailure(422, [generated.issue]);
  const body = {
    images: generated.images,
    timings: { inference: Math.round(performance.now() - began) / 1_000 },
    seed,
    has_nsfw_concepts: generated.images.map(() => nsfw),
    prompt: input.expandPrompt ? expandPrompt(input.prompt) : input.prompt,
  };
  const bill = priceRun(model, generated.size, input.imageCount, input.expandPrompt);
  return { status: 200, body, errorType: null, headers: {}, ...bill, imageCount: input.imageCount };
}

function expandPrompt(prompt: string): string {
  return `${prompt}, soft natural light, balanced composition, fine detail, gentle depth of field`;
}
