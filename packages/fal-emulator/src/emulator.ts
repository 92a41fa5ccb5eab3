import type { Logger } from "pino";
import type { Agent } from "undici";
import type { FaultBook } from "./faults/fault-book.ts";
import type { FileStore } from "./files/file-store.ts";
import type { Ledger } from "./ledger/ledger.ts";
import type { FlatPictures } from "./pictures/flat-picture.ts";
import type { RequestHistory } from "./queue/request-history.ts";
import type { RunQueue } from "./queue/run-queue.ts";
import type { Settings } from "./settings.ts";
import type { Uploads } from "./storage/uploads.ts";
import type { SigningKeys } from "./webhooks/signing-keys.ts";
import type { Random } from "./words/random.ts";
import type { Timers } from "./words/timers.ts";

/** Everything one emulator holds. Built by `startFalEmulator`, handed to every handler. */
export interface Emulator {
  settings: Settings;
  /** Key id to secret. All keys belong to one account, as keys of one fal team do. */
  keys: Map<string, string>;
  /** X-Fal-Webhook-User-Id. */
  userId: string;
  /** Base of every URL handed out; null takes the address the caller used. */
  publicUrl: string | null;
  now(): Date;
  random: Random;
  timers: Timers;
  log: Logger;
  queue: RunQueue;
  history: RequestHistory;
  ledger: Ledger;
  faults: FaultBook;
  files: FileStore;
  uploads: Uploads;
  /** Tokens of rest.fal.ai/tokens and when they end (ms since 1970). */
  tokens: Map<string, number>;
  flatPictures: FlatPictures;
  signingKeys: SigningKeys;
  /** Keep-alive connections to webhook receivers and source images. */
  agent: Agent;
  /** Webhooks held back by `webhook_out_of_order`. */
  heldWebhooks: Set<() => void>;
  /** True while a start of queued requests is already due. */
  startDue: boolean;
}
