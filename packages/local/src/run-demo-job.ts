import { createHash, randomUUID } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { File } from "@darkroom/contract/files";
import type { Job, Output } from "@darkroom/contract/jobs";
import { type TimelineEntry, timelineCatalogue } from "@darkroom/contract/timeline";
import { readEvents } from "./read-events.ts";

const model = "fal-ai/z-image/turbo/image-to-image";
const prompt = "the same mountain lake in winter, fresh snow, pink evening light, photograph";
/** Each request of the demo is local; this names what hangs. */
const requestTimeoutMs = 30_000;
/** The real fal may be cold or busy. */
const jobTimeoutMs = 300_000;

export type DemoOutput = Pick<Output, "url" | "sha256" | "bytes" | "width" | "height" | "content_type"> & {
  file: string;
};

/** The last line of `npm run demo`. */
export type DemoResult = {
  job_id: string;
  status: Job["status"];
  seconds: number;
  cost_usd: number | null;
  outputs: DemoOutput[];
};

export type DemoReport = { result: DemoResult; job: Job; problems: string[] };

export type DemoOptions = {
  api: { url: string; key: string };
  picture: string;
  outDir: string;
  say(state: string, detail: string): void;
  signal: AbortSignal;
};

/** Sends one picture through image-to-image over plain REST and compares what comes back with what the job says of it. */
export async function runDemoJob(options: DemoOptions): Promise<DemoReport> {
  const { say, outDir } = options;
  const startedAt = performance.now();
  await mkdir(outDir, { recursive: true });
  const picture = await readFile(options.picture);
  const before = join(outDir, "before.jpg");
  await writeFile(before, picture);

  const file = await call<File>(options, "POST", "/v1/files", { "content-type": "image/jpeg" }, picture);
  say("uploaded", `${file.width} × ${file.height}, ${file.bytes} bytes: ${file.id}`);
  // A fixed seed: the picture in the README is the one a newcomer gets.
  const body = { model, input: { prompt, image_url: file.id, seed: 5 } };
  const headers = { "content-type": "application/json", "idempotency-key": randomUUID() };
  const created = await call<Job>(options, "POST", "/v1/jobs", headers, JSON.stringify(body));
  say("accepted", `${created.id}, at most $${created.reserved_usd}`);

  await follow(options, created.id);
  const job = await call<Job>(options, "GET", `/v1/jobs/${created.id}`);
  const seconds = Math.round(performance.now() - startedAt) / 1000;
  const downloads = await Promise.all(job.outputs.map((output, index) => download(options, output, index)));
  const problems = downloads.flatMap(({ problem }) => problem ?? []);
  if (job.status !== "succeeded")
    problems.push(`The job ${job.status}: ${job.error?.message ?? "no reason was given"}.`);
  else if (job.outputs.length === 0) problems.push("The job succeeded without an output.");
  const outputs = downloads.map(({ output }) => output);
  return { result: { job_id: job.id, status: job.status, seconds, cost_usd: job.cost_usd, outputs }, job, problems };
}

/** Says each entry of the job's timeline as it happens, until the last. */
async function follow(options: DemoOptions, jobId: string): Promise<void> {
  const signal = AbortSignal.any([options.signal, AbortSignal.timeout(jobTimeoutMs)]);
  const response = await request(options, "GET", `/v1/jobs/${jobId}/stream`, {}, undefined, signal);
  if (!response.body) throw new Error("The job's stream has no body.");
  for await (const data of readEvents(response.body)) {
    const { kind } = JSON.parse(data) as TimelineEntry;
    const entry = timelineCatalogue[kind];
    options.say(kind.replace(/^job\./, ""), entry.meaning);
    if (["succeeded", "failed", "canceled"].includes(entry.status ?? "")) return;
  }
}

/** By the output's stable link, which redirects into S3. */
async function download(options: DemoOptions, output: Output, index: number) {
  const response = await fetch(output.url, { signal: AbortSignal.timeout(requestTimeoutMs) });
  const bytes = Buffer.from(await response.arrayBuffer());
  const extension = output.content_type.split("/")[1]?.replace("jpeg", "jpg") ?? "bin";
  const file = join(options.outDir, index === 0 ? `after.${extension}` : `after-${index + 1}.${extension}`);
  await writeFile(file, bytes);
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  const same = response.ok && sha256 === output.sha256 && bytes.length === output.bytes;
  options.say(
    "compared",
    `${new URL(response.url).host}: sha256 ${sha256.slice(0, 16)}… ${same ? "as the job says" : "DIFFERS"}`,
  );
  const problem = same
    ? undefined
    : `Output ${output.id} (status ${response.status}) has ${bytes.length} bytes, sha256 ${sha256}; the job says ${output.bytes}, ${output.sha256}.`;
  const { url, width, height, content_type } = output;
  return { problem, output: { url, sha256, bytes: bytes.length, width, height, content_type, file } };
}

async function call<T>(
  options: DemoOptions,
  method: string,
  path: string,
  headers: Record<string, string> = {},
  body?: string | Buffer,
): Promise<T> {
  const signal = AbortSignal.any([options.signal, AbortSignal.timeout(requestTimeoutMs)]);
  const response = await request(options, method, path, headers, body, signal);
  return (await response.json()) as T;
}

async function request(
  { api }: DemoOptions,
  method: string,
  path: string,
  headers: Record<string, string>,
  body: string | Buffer | undefined,
  signal: AbortSignal,
): Promise<Response> {
  const auth = { authorization: `Bearer ${api.key}` };
  const response = await fetch(`${api.url}${path}`, { method, headers: { ...auth, ...headers }, body, signal });
  if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${await response.text()}`);
  return response;
}
