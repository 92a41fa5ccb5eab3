import { type DestinationStream, type Logger, pino } from "pino";
import { writeByTurn } from "./write-by-turn.ts";

export type Log = Logger;

/** One per process, however many logs it has. */
let stdout: DestinationStream | undefined;

/**
 * One JSON line per unit of work. Redaction is a net under the rule that secrets, prompts and signed URLs are never passed
 * to a logger in the first place.
 */
export function createLog(options: { level: string; role: string }): Log {
  stdout ??= writeByTurn(pino.destination(1));
  const settings = {
    level: options.level,
    base: { role: options.role, pid: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: {
      paths: [
        "authorization",
        "*.authorization",
        "headers.cookie",
        "prompt",
        "*.prompt",
        "input",
        "*.input",
        "*.secret",
        "*.token",
      ],
      censor: "[redacted]",
    },
  };
  return pino(settings, stdout);
}
