import { Command, Option } from "commander";
import { pino } from "pino";
import { DEFAULT_SETTINGS, readSettings, type Settings } from "../settings.ts";
import type { FalEmulatorOptions } from "../start-fal-emulator.ts";

interface Flags {
  port: number;
  host: string;
  dir?: string;
  key: string[];
  publicUrl?: string;
  seed?: number;
  logLevel: string;
  concurrency: number;
  generationMs: number;
  pictures: Settings["pictures"];
  imageBytes: number;
  fileExpiryMs?: number;
  historyMax?: number;
}

/** Reads flags and FAL_EMULATOR_… variables. Throws CommanderError (the process ends, unless told otherwise) for wrong ones. */
export function parseCommandLine(argv: string[], configure = (command: Command) => command): FalEmulatorOptions {
  const command = configure(createCommand());
  const { key, logLevel, ...flags } = command.parse(argv).opts<Flags>();
  const { port, host, dir, publicUrl, seed, historyMax, ...settings } = flags;
  const reading = readSettings(settings);
  if (reading.outcome === "refused") command.error(reading.detail);
  for (const [name, value] of Object.entries({ port, seed, "history-max": historyMax })) {
    if (value !== undefined && !Number.isInteger(value)) command.error(`--${name} must be a whole number`);
  }
  if (key.some((text) => text.indexOf(":") < 1)) command.error("--key must have the form <key_id>:<key_secret>");
  return { ...flags, keys: key, log: pino({ level: logLevel }, pino.destination(2)) };
}

function createCommand(): Command {
  const option = (flags: string, description: string, env: string) =>
    new Option(flags, description).env(`FAL_EMULATOR_${env}`);
  return new Command("fal-emulator")
    .description("fal.ai's HTTP API on a local port.")
    .addOption(
      option("--port <number>", "port to listen on; 0 takes a free one", "PORT").default(8788).argParser(Number),
    )
    .addOption(option("--host <address>", "address to listen on", "HOST").default("127.0.0.1"))
    .addOption(option("--dir <path>", "keeps the signing key and the files here", "DIR"))
    .addOption(
      option("--key <id:secret>", "a key that may call; may be repeated", "KEY").default([]).argParser(addKeys),
    )
    .addOption(option("--public-url <url>", "base of the URLs handed out", "PUBLIC_URL"))
    .addOption(option("--seed <number>", "makes chance repeatable", "SEED").argParser(Number))
    .addOption(option("--log-level <level>", "pino level; the log goes to stderr", "LOG_LEVEL").default("warn"))
    .addOption(
      option("--concurrency <number>", "requests in progress at once", "CONCURRENCY").default(10).argParser(Number),
    )
    .addOption(option("--generation-ms <ms>", "time of one generation", "GENERATION_MS").default(800).argParser(Number))
    .addOption(option("--pictures <kind>", "real or flat", "PICTURES").default(DEFAULT_SETTINGS.pictures))
    .addOption(
      option("--image-bytes <bytes>", "pads flat pictures to this size", "IMAGE_BYTES").default(0).argParser(Number),
    )
    .addOption(option("--file-expiry-ms <ms>", "files vanish after this time", "FILE_EXPIRY_MS").argParser(Number))
    .addOption(option("--history-max <number>", "completed requests remembered", "HISTORY_MAX").argParser(Number));
}

/** Several keys: the flag repeated, or (in the variable) one text with commas. */
function addKeys(text: string, earlier: string[]): string[] {
  return [...earlier, ...text.split(",").filter(Boolean)];
}
