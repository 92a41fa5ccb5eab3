import { randomInt } from "node:crypto";
import { mkdirSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { type Logger, pino } from "pino";
import { Agent } from "undici";
import { createApp } from "./app.ts";
import {
  changeSettings,
  expireFiles,
  type FaultReport,
  finishRequest,
  redeliverWebhook,
  reportFaults,
  resetEmulator,
} from "./control/control-emulator.ts";
import type { Emulator } from "./emulator.ts";
import { addFault, clearFaults, createFaultBook, type FaultOrder, type FaultRule } from "./faults/fault-book.ts";
import { openFileStore } from "./files/file-store.ts";
import { createLedger, type LedgerRow, type LedgerTotals } from "./ledger/ledger.ts";
import { createRequestHistory } from "./queue/request-history.ts";
import { createRunQueue } from "./queue/run-queue.ts";
import { DEFAULT_SETTINGS, type Settings } from "./settings.ts";
import { openSigningKeys, rotateSigningKey } from "./webhooks/signing-keys.ts";
import { createRandom } from "./words/random.ts";
import { createTimers } from "./words/timers.ts";

export interface FalEmulatorOptions extends Partial<Settings> {
  /** 0, the default, takes a free port. */
  port?: number;
  /** Default 127.0.0.1. */
  host?: string;
  /** Keys that may call, each `<id>:<secret>`; all belong to one account. */
  keys?: string[];
  /** Where the signing key and the files are kept; without it both live in memory. */
  dir?: string;
  /** Base of every URL handed out, when callers reach the emulator under another name; default: the Host they use. */
  publicUrl?: string;
  /** X-Fal-Webhook-User-Id. */
  userId?: string;
  /** Makes faults and picture seeds repeatable; default: a different one each start. */
  seed?: number;
  /** Completed requests remembered (default 20,000), ledger rows kept (default 200,000). */
  historyMax?: number;
  ledgerMax?: number;
  /** Room for files, default 512 MiB; the oldest go first. */
  fileBytesMax?: number;
  log?: Logger;
  /** The clock that stamps requests and webhooks; timers run in real time all the same. */
  now?: () => Date;
}

export interface FalEmulator {
  url: string;
  port: number;
  /** The first of the configured keys. */
  key: string;
  settings(): Settings;
  changeSettings(patch: Partial<Settings>): Settings;
  addFault(order: FaultOrder): FaultRule;
  clearFaults(): void;
  faults(): FaultReport;
  ledger(): LedgerRow[];
  totals(): LedgerTotals;
  finishRequest(requestId: string): boolean;
  redeliverWebhook(requestId: string): boolean;
  expireFiles(requestId?: string): number;
  rotateSigningKey(): string;
  reset(): void;
  stop(): Promise<void>;
}

const DEFAULT_KEY = "emulator-key-id:emulator-key-secret";

/** Starts fal's HTTP API on a local port. */
export async function startFalEmulator(options: FalEmulatorOptions = {}): Promise<FalEmulator> {
  const keys = options.keys?.length ? options.keys : [DEFAULT_KEY];
  const emulator = createEmulator(options, keys);
  const host = options.host ?? "127.0.0.1";
  const server = createServer(createApp(emulator));
  // Longer than any client's idle time, so that none of them meets a connection closing under its request.
  server.keepAliveTimeout = 75_000;
  await listen(server, options.port ?? 0, host);
  const { port } = server.address() as AddressInfo;
  const url = options.publicUrl ?? `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
  return { url, port, key: keys[0] ?? DEFAULT_KEY, ...controls(emulator), stop: () => stop(emulator, server) };
}

function controls(emulator: Emulator): Omit<FalEmulator, "url" | "port" | "key" | "stop"> {
  return {
    settings: () => ({ ...emulator.settings }),
    changeSettings: (patch) => changeSettings(emulator, patch),
    addFault: (order) => addFault(emulator.faults, order),
    clearFaults: () => clearFaults(emulator.faults),
    faults: () => reportFaults(emulator),
    ledger: () => emulator.ledger.rows.slice(),
    totals: () => ({ ...emulator.ledger.totals }),
    finishRequest: (requestId) => finishRequest(emulator, requestId),
    redeliverWebhook: (requestId) => redeliverWebhook(emulator, requestId),
    expireFiles: (requestId) => expireFiles(emulator, requestId),
    rotateSigningKey: () => rotateSigningKey(emulator.signingKeys),
    reset: () => resetEmulator(emulator),
  };
}

function createEmulator(options: FalEmulatorOptions, keys: string[]): Emulator {
  const dir = options.dir ?? null;
  if (dir) mkdirSync(dir, { recursive: true });
  const seed = options.seed ?? randomInt(2 ** 31);
  return {
    settings: pickSettings(options),
    keys: new Map(keys.map(splitKey)),
    userId: options.userId ?? "emulator-user",
    publicUrl: options.publicUrl ?? null,
    now: options.now ?? (() => new Date()),
    random: createRandom(seed),
    timers: createTimers(),
    log: options.log ?? pino({ level: "silent" }),
    queue: createRunQueue(),
    history: createRequestHistory(options.historyMax ?? 20_000),
    ledger: createLedger(options.ledgerMax ?? 200_000),
    faults: createFaultBook(seed),
    files: openFileStore(dir, options.fileBytesMax ?? 512 * 1024 * 1024),
    uploads: new Map(),
    tokens: new Map(),
    flatPictures: new Map(),
    signingKeys: openSigningKeys(dir),
    agent: new Agent({ connections: 64, keepAliveTimeout: 10_000, connect: { timeout: 10_000 } }),
    heldWebhooks: new Set(),
    startDue: false,
  };
}

function pickSettings(options: Partial<Settings>): Settings {
  const names = Object.keys(DEFAULT_SETTINGS) as (keyof Settings)[];
  const given = names.filter((name) => options[name] !== undefined).map((name) => [name, options[name]]);
  return { ...DEFAULT_SETTINGS, ...Object.fromEntries(given) };
}

function splitKey(key: string): [id: string, secret: string] {
  const colon = key.indexOf(":");
  if (colon < 1) throw new Error("A fal key has the form <key_id>:<key_secret>");
  return [key.slice(0, colon), key.slice(colon + 1)];
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

/** Ends timers, webhooks under way and open connections; nothing is delivered afterwards. */
async function stop(emulator: Emulator, server: Server): Promise<void> {
  emulator.timers.clear();
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeAllConnections();
  await Promise.all([closed, emulator.agent.destroy()]);
}
