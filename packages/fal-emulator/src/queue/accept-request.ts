import { randomUUID } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import type { Emulator } from "../emulator.ts";
import { type FaultSubject, takeFault } from "../faults/fault-book.ts";
import { headerText } from "../http/header-text.ts";
import { openRow } from "../ledger/ledger.ts";
import type { FalRequest, RequestInput } from "./request.ts";
import { rememberRequest } from "./request-history.ts";

export interface Submission {
  via: "queue" | "run";
  endpointId: string;
  app: string;
  keyId: string;
  base: string;
  input: RequestInput;
  webhookUrl: string | null;
  headers: IncomingHttpHeaders;
  subject: FaultSubject;
}

/** Takes a submission on the books. From here on it is owed a result, and its cost. */
export function acceptRequest(emulator: Emulator, submission: Submission): FalRequest {
  const { headers, ...rest } = submission;
  const id = randomUUID();
  const arrivedAt = emulator.now();
  submission.subject.requestId = id;
  const retried = takeFault(emulator.faults, "run_retried", submission.subject) !== undefined;
  const request: FalRequest = {
    ...rest,
    id,
    gatewayId: retried ? randomUUID() : id,
    // Values fal does not know count as normal (https://fal.ai/docs/inference-api/queue/submit).
    priority: headerText(headers, "x-fal-queue-priority") === "low" ? "low" : "normal",
    storeIo: headerText(headers, "x-fal-store-io") !== "0",
    fileExpiryMs: readLifecycle(headers),
    state: "IN_QUEUE",
    arrivedAt,
    startedAt: null,
    endedAt: null,
    laneIndex: -1,
    logs: [],
    outcome: null,
    row: openRowFor(id, arrivedAt, submission),
    watchers: new Set(),
    wake: null,
    cancelStartTimeout: null,
    onWebhookTried: null,
  };
  if (retried) request.row.faults.push("run_retried");
  openRow(emulator.ledger, request.row);
  rememberRequest(emulator.history, request);
  return request;
}

function openRowFor(requestId: string, arrivedAt: Date, submission: Submission): FalRequest["row"] {
  const { endpointId, keyId, via, webhookUrl } = submission;
  return {
    requestId,
    endpointId,
    keyId,
    via,
    webhookUrl,
    arrivedAt: arrivedAt.toISOString(),
    startedAt: null,
    endedAt: null,
    outcome: "pending",
    statusCode: null,
    errorType: null,
    imageCount: 0,
    billableUnits: 0,
    billedMicros: 0,
    faults: [],
    webhookTries: [],
    webhookDelivered: false,
  };
}

/** `{"expiration_duration_seconds": 3600}`; anything else leaves the account's default. */
function readLifecycle(headers: IncomingHttpHeaders): number | null {
  const text = headerText(headers, "x-fal-object-lifecycle-preference");
  if (!text) return null;
  try {
    const seconds: unknown = JSON.parse(text)?.expiration_duration_seconds;
    return typeof seconds === "number" && seconds >= 0 ? seconds * 1_000 : null;
  } catch {
    return null;
  }
}
