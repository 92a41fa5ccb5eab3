import { closeSync, mkdirSync, openSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import type { LogFile } from "@darkroom/local/open-log";

const tailLinesMax = 12;

/** A log file whose keeper, who also makes the load, does next to nothing per line. */
export function openCheapLog(path: string): LogFile {
  mkdirSync(dirname(path), { recursive: true });
  const file = openSync(path, "a", 0o600);
  let last = "";
  let open = true;
  return {
    path,
    write: (chunk) => {
      if (!open) return;
      if (typeof chunk === "string") writeSync(file, chunk);
      else writeSync(file, chunk);
      last = chunk.toString("utf8").slice(-4_000);
    },
    tail: () => last.split("\n").filter(Boolean).slice(-tailLinesMax),
    close: () => {
      if (open) closeSync(file);
      open = false;
    },
  };
}
