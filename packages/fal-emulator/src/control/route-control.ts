import { type Request, type Response, Router } from "express";
import type { Emulator } from "../emulator.ts";
import { addFault, clearFaults } from "../faults/fault-book.ts";
import { FAULTS } from "../faults/fault-names.ts";
import { readJson } from "../http/read-body.ts";
import { sendJson } from "../http/send-json.ts";
import { waitingCount } from "../queue/run-queue.ts";
import { readSettings } from "../settings.ts";
import { rotateSigningKey } from "../webhooks/signing-keys.ts";
import {
  changeSettings,
  expireFiles,
  finishRequest,
  redeliverWebhook,
  reportFaults,
  resetEmulator,
} from "./control-emulator.ts";
import { readFaultOrder } from "./read-fault-order.ts";
import { showLedger, streamLedger } from "./show-ledger.ts";

const CONTROL_BYTES_MAX = 1024 * 1024;

/** `/emulator/...`: the switchboard. No auth: it is a loopback tool and has no counterpart at fal. */
export function routeControl(emulator: Emulator): Router {
  const router = Router();
  router.get("/health", (_req, res) => sendJson(res, 200, health(emulator)));
  router.get("/ledger", (req, res) => showLedger(emulator, req, res));
  router.get("/ledger.ndjson", (_req, res) => streamLedger(emulator, res));
  router.get("/settings", (_req, res) => sendJson(res, 200, emulator.settings));
  router.patch("/settings", (req, res) => patchSettings(emulator, req, res));
  router.get("/faults", (_req, res) => sendJson(res, 200, { ...reportFaults(emulator), available: FAULTS }));
  router.post("/faults", (req, res) => postFault(emulator, req, res));
  router.delete("/faults", (_req, res) => {
    clearFaults(emulator.faults);
    res.status(204).end();
  });
  router.delete("/faults/:id", (req, res) => {
    res.status(emulator.faults.rules.delete(Number(req.params.id)) ? 204 : 404).end();
  });
  router.post("/reset", (_req, res) => {
    resetEmulator(emulator);
    res.status(204).end();
  });
  router.post("/keys/rotate", (_req, res) => sendJson(res, 200, { kid: rotateSigningKey(emulator.signingKeys) }));
  router.post("/files/expire", (req, res) => {
    const { requestId } = req.query;
    sendJson(res, 200, { expired: expireFiles(emulator, typeof requestId === "string" ? requestId : undefined) });
  });
  router.post("/requests/:id/finish", (req, res) => answer(res, finishRequest(emulator, req.params.id)));
  router.post("/requests/:id/redeliver", (req, res) => answer(res, redeliverWebhook(emulator, req.params.id)));
  return router;
}

function answer(res: Response, done: boolean): void {
  if (done) return void res.status(204).end();
  sendJson(res, 409, { detail: "The request is unknown or in no state for that" });
}

function health(emulator: Emulator) {
  const { queue, history, files } = emulator;
  return {
    status: "ok",
    running: queue.running,
    waiting: waitingCount(queue),
    requests: history.byId.size,
    files: files.byName.size,
    fileBytes: files.bytes,
  };
}

async function patchSettings(emulator: Emulator, req: Request, res: Response): Promise<void> {
  const reading = readSettings(await readJson(req, CONTROL_BYTES_MAX));
  if (reading.outcome === "refused") return sendJson(res, 422, { detail: reading.detail });
  sendJson(res, 200, changeSettings(emulator, reading.patch));
}

async function postFault(emulator: Emulator, req: Request, res: Response): Promise<void> {
  const reading = readFaultOrder(await readJson(req, CONTROL_BYTES_MAX));
  if (reading.outcome === "refused") return sendJson(res, 422, { detail: reading.detail });
  sendJson(res, 201, addFault(emulator.faults, reading.order));
}
