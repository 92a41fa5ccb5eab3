import express from "express";
import { openQueue } from "./open-queue.ts";
import { readSettings } from "./peer-settings.ts";

/** Floor: a request, one BullMQ add, an answer. */
const settings = readSettings();
const queue = await openQueue(settings);

const app = express();
app.use(express.json());
app.get("/ready", (_request, response) => void response.end());
app.post("/", async (_request, response) => {
  const { id } = await queue.add("submit", { id: crypto.randomUUID() }, { removeOnComplete: true });
  response.status(202).json({ id });
});
app.listen(settings.port, "127.0.0.1");
