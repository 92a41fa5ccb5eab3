import type { FaultSubject } from "../faults/fault-book.ts";
import type { FaultName } from "../faults/fault-names.ts";
import type { LedgerRow } from "../ledger/ledger.ts";
import type { RunOutcome } from "../runner/outcome.ts";

export interface RequestLog {
  message: string;
  timestamp: string;
  level: "INFO" | "ERROR";
  source: "USER";
}

/** What came in the body: JSON, or something that is not. */
export type RequestInput = { kind: "json"; value: unknown } | { kind: "malformed" };

/** One accepted request, from submit until it is forgotten. */
export interface FalRequest {
  id: string;
  gatewayId: string;
  via: "queue" | "run";
  endpointId: string;
  /** `owner/alias`: the part of the endpoint id that status, result and cancel URLs carry. */
  app: string;
  keyId: string;
  /** Base of the emulator as the submitter addressed it; all URLs handed out start with it. */
  base: string;
  input: RequestInput;
  webhookUrl: string | null;
  priority: "normal" | "low";
  storeIo: boolean;
  fileExpiryMs: number | null;
  subject: FaultSubject;
  state: "IN_QUEUE" | "IN_PROGRESS" | "COMPLETED";
  arrivedAt: Date;
  startedAt: Date | null;
  endedAt: Date | null;
  /** Place in its lane while IN_QUEUE; see run-queue.ts. */
  laneIndex: number;
  logs: RequestLog[];
  outcome: RunOutcome | null;
  row: LedgerRow;
  /** Called at every change of state or log, by status streams. */
  watchers: Set<() => void>;
  /** Ends the generation wait at once. */
  wake: (() => void) | null;
  cancelStartTimeout: (() => void) | null;
  /** Called once after the first webhook attempt, for `webhook_early`. */
  onWebhookTried: (() => void) | null;
}

/** Notes a fault in the ledger row of the request it struck. */
export function noteFault(request: FalRequest, fault: FaultName): void {
  request.row.faults.push(fault);
}
