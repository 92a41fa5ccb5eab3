import { createRandom, type Random } from "./random.ts";

/** One thing that a client wants, with one Idempotency-Key, however often it has to ask. */
export type Intent = {
  key: string;
  /** Which of the tenants, and which of its keys. */
  tenant: number;
  apiKey: number;
  atMs: number;
  kind: "job" | "batch";
  /** More than one only in a batch. */
  jobs: IntendedJob[];
  /** `Prefer: wait=n`. */
  waitSeconds: number | null;
  /** Asks both api processes at the same moment, with the same key. */
  hedged: boolean;
  /** What a correct API says: some clients ask for nonsense. */
  expect: "accepted" | "refused";
};

export type IntendedJob = {
  /** In the job's metadata, so that a job made twice for one wish is seen. */
  name: string;
  model: string;
  input: Record<string, unknown>;
  /** Where the picture to start from comes from; none for text. */
  picture: "none" | "data_uri" | "file" | "url";
  priority: number;
  deadlineSeconds: number | null;
  runInMs: number | null;
  cancelAfterMs: number | null;
  /** How often the client opens the job again by hand when it has failed. */
  retriesMax: number;
  /** More than it could ever cost, or so little that it has to be refused. */
  maxCostUsd: number | null;
  /** Whether it names a webhook_url of its own. */
  ownUrl: boolean;
  /** Takes the pictures of an identical job that old, or waits for one under way. */
  reuse: string | null;
};

export const tenantCount = 4;
export const keysPerTenant = 2;
/** Wishes come during this part of the run, so that the last of them meet faults, too. */
const arrivalShare = 0.9;
const firstAtMs = 300;
const batchJobsMax = 12;

/** Decides beforehand who wants what and when, and what fal will do to each. The same seed makes the same wishes. Pure. */
export function planIntents(options: { seed: number; seconds: number; jobs: number }): Intent[] {
  const random = createRandom(options.seed, "intents");
  const lastAtMs = options.seconds * 1_000 * arrivalShare;
  const intents: Intent[] = [];
  let planned = 0;
  while (planned < options.jobs) {
    const intent = planIntent(random, { index: intents.length, room: options.jobs - planned, lastAtMs });
    intents.push(intent);
    if (intent.expect === "accepted") planned += intent.jobs.length;
  }
  return intents.sort((a, b) => a.atMs - b.atMs);
}

function planIntent(random: Random, where: { index: number; room: number; lastAtMs: number }): Intent {
  const kind = random.chance(0.02) ? "batch" : "job";
  const refused = kind === "job" && random.chance(0.03);
  const count = kind === "batch" ? Math.min(where.room, random.whole(2, batchJobsMax)) : 1;
  const names = Array.from({ length: count }, (_, index) => `intent-${where.index}-${index}`);
  const jobs = names.map((name) => planJob(random, name));
  return {
    key: `key-${where.index}`,
    tenant: random.whole(0, tenantCount - 1),
    apiKey: random.whole(0, keysPerTenant - 1),
    atMs: random.whole(firstAtMs, Math.round(where.lastAtMs)),
    kind,
    jobs: refused ? jobs.map((job) => spoil(random, job)) : jobs,
    waitSeconds: kind === "job" && random.chance(0.1) ? random.whole(1, 8) : null,
    hedged: random.chance(0.08),
    expect: refused ? "refused" : "accepted",
  };
}

const textModel = "fal-ai/z-image/turbo";
const pictureModel = "fal-ai/z-image/turbo/image-to-image";
const sizes = [
  { width: 256, height: 256 },
  { width: 320, height: 240 },
  "square",
  { width: 200, height: 304 },
] as const;

function planJob(random: Random, name: string): IntendedJob {
  const job = planOwnJob(random, name);
  return random.chance(0.06) ? { ...job, ...planReuse(random) } : job;
}

/** Identical to the letter, and no fault that only one of them should meet. Some fail, or are lost, before the first picture is there. */
function planReuse(random: Random): Partial<IntendedJob> {
  const kind = random.weighted({ fine: 3, run_500: 1, run_slow: 1, submit_reply_lost: 1 });
  const prompt = [
    "again",
    random.whole(1, 3),
    "[[generation:150]]",
    ...(kind === "fine" ? [] : [faultTokens[kind]]),
  ].join(" ");
  const input = { prompt, image_size: "square", num_images: 2, output_format: "png" };
  return { model: textModel, picture: "none", input, reuse: "24h", runInMs: null, deadlineSeconds: null };
}

function planOwnJob(random: Random, name: string): IntendedJob {
  const picture = random.weighted({ none: 68, data_uri: 12, file: 14, url: 6 });
  const doomed = random.chance(0.015);
  return {
    name,
    model: picture === "none" ? textModel : pictureModel,
    picture,
    input: {
      prompt: planPrompt(random, name, doomed),
      image_size: random.pick(sizes),
      num_images: random.chance(0.85) ? 1 : random.whole(2, 4),
      output_format: random.pick(["png", "jpeg", "webp"]),
      sync_mode: random.chance(0.1),
      enable_prompt_expansion: random.chance(0.1),
    },
    priority: random.chance(0.2) ? random.whole(-5, 5) : 0,
    deadlineSeconds: doomed ? random.whole(15, 40) : null,
    runInMs: random.chance(0.03) ? random.whole(1_000, 8_000) : null,
    cancelAfterMs: random.chance(0.08) ? random.whole(0, 4_000) : null,
    retriesMax: random.chance(0.5) ? random.whole(1, 2) : 0,
    maxCostUsd: random.chance(0.1) ? 1 : null,
    ownUrl: random.chance(0.15),
    reuse: null,
  };
}

/** What fal does to a job stands in its prompt (fal emulator, README "Faults"): then it does not depend on who comes first. */
function planPrompt(random: Random, name: string, doomed: boolean): string {
  const generation = `[[generation:${random.whole(20, 200)}]]`;
  if (doomed) return `${name} ${generation} ${random.pick(doom)}`;
  // Two with the same wish to the letter, both lost on their way back: only fal's own listing can tell them apart, or need not.
  if (random.chance(0.02))
    return `twin ${random.whole(1, 5)} [[generation:100]] ${token("submit_reply_lost")} ${token("webhook_lost")}`;
  if (random.chance(0.45)) return `${name} ${generation}`;
  const names = [random.weighted(faultWeights), ...(random.chance(0.35) ? [random.weighted(faultWeights)] : [])];
  return [name, generation, ...new Set(names.map((fault) => faultTokens[fault]))].join(" ");
}

const token = (fault: string, params = "") => `[[fault:${fault}${params}]]`;
const once = (fault: string, params = "") => token(fault, `${params} times=1`);

/** Never ends by itself: only a deadline or a cancel does that. */
const doom = [token("stuck"), `${token("stuck")} ${once("cancel_ignored")}`, token("run_slow", " ms=60000")];

const faultTokens = {
  submit_500: once("submit_500"),
  submit_reset: once("submit_reset"),
  submit_stall: once("submit_stall", " ms=8000"),
  submit_reply_lost: once("submit_reply_lost"),
  submit_500_accepted: once("submit_500_accepted"),
  submit_503_accepted: once("submit_503_accepted"),
  submit_stall_accepted: once("submit_stall_accepted", " ms=8000"),
  reply_and_webhook_lost: `${once("submit_reply_lost")} ${once("webhook_lost")}`,
  // fal answers when the job has been given up already: what was a guess about its charge is then corrected.
  answer_after_lease: `${once("submit_reply_lost")} ${once("run_slow", " ms=45000")}`,
  content_policy: token("content_policy"),
  content_policy_once: once("content_policy"),
  run_500: once("run_500"),
  run_503: once("run_503"),
  run_504: once("run_504"),
  run_downstream: once("run_downstream"),
  run_always: token("run_500"),
  run_slow: once("run_slow", " ms=4000"),
  run_retried: token("run_retried"),
  nsfw: token("nsfw"),
  cancel_ignored: token("cancel_ignored"),
  status_500: `${once("status_500")} ${once("webhook_lost")}`,
  result_500: `${once("result_500")} ${once("webhook_payload_error")}`,
  webhook_lost: once("webhook_lost"),
  webhook_doubled: token("webhook_doubled"),
  webhook_late: once("webhook_late", " ms=6000"),
  webhook_early: token("webhook_early"),
  webhook_early_reply_lost: `${once("webhook_early")} ${once("submit_reply_lost")}`,
  webhook_out_of_order: token("webhook_out_of_order"),
  webhook_bad_signature: once("webhook_bad_signature"),
  webhook_stale_timestamp: once("webhook_stale_timestamp"),
  webhook_payload_error: once("webhook_payload_error"),
  webhook_contradiction: token("webhook_contradiction"),
  media_404: once("media_404"),
  media_503: once("media_503"),
  media_truncated: once("media_truncated"),
  media_slow: once("media_slow", " ms=3000"),
  media_wrong_length: once("media_wrong_length"),
} as const;

/** Losses of the submit's outcome hold a slot for long, so they are the rarer ones. */
const faultWeights: Record<keyof typeof faultTokens, number> = {
  ...(Object.fromEntries(Object.keys(faultTokens).map((name) => [name, 4])) as Record<
    keyof typeof faultTokens,
    number
  >),
  submit_500: 1,
  submit_reset: 1,
  submit_stall: 1,
  reply_and_webhook_lost: 2,
  answer_after_lease: 2,
  content_policy: 2,
  run_always: 1,
};

/** Asks for something that has to be refused. */
function spoil(random: Random, job: IntendedJob): IntendedJob {
  switch (random.whole(0, 3)) {
    case 0:
      return { ...job, model: "fal-ai/no-such-model" };
    case 1:
      return { ...job, input: { ...job.input, num_images: 9 } };
    case 2:
      return { ...job, maxCostUsd: 0.000001 };
    default:
      return { ...job, input: { ...job.input, image_size: "huge" } };
  }
}
