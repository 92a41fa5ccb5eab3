import express from "express";
import { z } from "zod";
import { openQueue } from "../open-queue.ts";
import { need, readSettings } from "../peer-settings.ts";
import { createFinisher } from "./finish-photo.ts";
import { openPrisma } from "./open-prisma.ts";
import { createVerifier } from "./verify-fal.ts";

/** The afternoon version of this service. Its limits are those of an afternoon: no limits, no ledger, no second try at anything. */
const settings = readSettings();
const prisma = await openPrisma(need(settings.databaseUrl));
const queue = await openQueue(settings);
const isSigned = await createVerifier(need(settings.fal).url);
const finish = createFinisher(settings, prisma);

const customers = new Map([["Bearer bench", "bench"]]);
const jobSchema = z.object({
  model: z.string(),
  input: z.object({ prompt: z.string().min(1), image_url: z.url().optional() }),
});

const app = express();
app.get("/ready", (_request, response) => void response.end());
app.post("/jobs", express.json(), async (request, response) => {
  const customer = customers.get(request.headers.authorization ?? "");
  if (!customer) return void response.status(401).end();
  const parsed = jobSchema.safeParse(request.body);
  if (!parsed.success) return void response.status(422).json(parsed.error.issues);
  const photo = await prisma.photo.create({ data: { customer, ...parsed.data } });
  await queue.add("submit", { id: photo.id }, { removeOnComplete: true, attempts: 3 });
  response.status(202).json(photo);
});
app.post("/webhooks/fal/:id", express.raw({ type: "application/json" }), async (request, response) => {
  if (!isSigned(request.headers, request.body as Buffer)) return void response.status(401).end();
  const { request_id: requestId, payload } = JSON.parse(String(request.body)) as FalWebhook;
  const sourceUrl = payload.images[0]?.url ?? null;
  await prisma.photo.update({ where: { id: request.params.id }, data: { status: "generated", requestId, sourceUrl } });
  response.status(200).end();
  finish(request.params.id, sourceUrl).catch((error: Error) => process.stderr.write(`${error.stack}\n`));
});
app.listen(settings.port, "127.0.0.1");

type FalWebhook = { request_id: string; payload: { images: { url: string }[] } };
