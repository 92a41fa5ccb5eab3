import { createServer } from "node:http";
import { openFal } from "../open-fal.ts";
import { openWorker } from "../open-queue.ts";
import { need, readSettings } from "../peer-settings.ts";
import { openPrisma } from "./open-prisma.ts";

/** Submits what was queued. The webhook names the row, so that it may come before the reply to the submit. */
const settings = readSettings();
const prisma = await openPrisma(need(settings.databaseUrl));
const fal = openFal(settings);

openWorker(
  settings,
  async ({ id }) => {
    const photo = await prisma.photo.findUniqueOrThrow({ where: { id } });
    const webhookUrl = `${need(settings.publicUrl)}/webhooks/fal/${id}`;
    const { request_id: requestId } = await fal.queue.submit(photo.model, { input: photo.input, webhookUrl });
    await prisma.photo.update({ where: { id }, data: { requestId } });
  },
  40,
);
createServer((_request, response) => void response.end()).listen(settings.port, "127.0.0.1");
