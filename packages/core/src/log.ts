import { type Logger, pino } from "pino";

export type Log = Logger;

/**
 * One JSON line per unit of work. Redaction is a net under the rule that secrets, prompts and signed URLs are never passed
 * to a logger in the first place.
 */
export function createLog(options: { level: string; role: string }): Log {
  return pino({
    level: options.level,
    base: { role: options.role, pid: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
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
  });
}
