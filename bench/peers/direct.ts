import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { model, openFal } from "./open-fal.ts";
import { need, readSettings } from "./peer-settings.ts";
import { serveRuns } from "./serve-runs.ts";
import { openBucket } from "./storage.ts";

/** No service at all: the application waits for fal by `fal.subscribe`, uploads the picture itself and tells the customer. */
const settings = readSettings();
const fal = openFal(settings);
const bucket = openBucket(settings);
const customerUrl = need(settings.customerUrl);

type Order = { prompts: string[]; spacingMs: number };
export type DirectRun = { requestId: string; storedAt: number; toldAt: number }[];

serveRuns(settings.port, async ({ prompts, spacingMs }: Order): Promise<DirectRun> => {
  const runs: Promise<DirectRun[number]>[] = [];
  for (const prompt of prompts) {
    runs.push(generate(prompt));
    await pause(spacingMs);
  }
  return Promise.all(runs);
});

async function generate(prompt: string): Promise<DirectRun[number]> {
  const { data, requestId } = await fal.subscribe(model, { input: { prompt } });
  const [image] = (data as { images: { url: string; content_type: string }[] }).images;
  if (!image) throw new Error("fal made no image.");
  const bytes = Buffer.from(await (await fetch(image.url)).arrayBuffer());
  await bucket.put(`direct/${randomUUID()}.png`, bytes, image.content_type);
  const storedAt = now();
  const body = JSON.stringify({ id: requestId });
  await (await fetch(customerUrl, { method: "POST", body, headers: { "content-type": "application/json" } })).text();
  return { requestId, storedAt, toldAt: now() };
}

function now(): number {
  return performance.timeOrigin + performance.now();
}
