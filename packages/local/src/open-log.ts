import { closeSync, mkdirSync, openSync, renameSync, statSync, writeSync } from "node:fs";
import { dirname } from "node:path";

/** Two files of this size per process: enough for days of a laptop, never a full disk. */
const logBytesMax = 5_000_000;
const tailLinesMax = 12;

export type LogFile = {
  path: string;
  write(chunk: Buffer | string): void;
  /** The last few lines that were written. */
  tail(): string[];
  close(): void;
};

/** A log file that keeps at most one predecessor (`.1`). `mirror` sees every chunk too (`--verbose`). */
export function openLog(path: string, mirror?: (text: string) => void): LogFile {
  mkdirSync(dirname(path), { recursive: true });
  let file: number | undefined = openSync(path, "a", 0o600);
  let bytes = statSync(path).size;
  let recent: string[] = [];

  const rotate = () => {
    if (file) closeSync(file);
    renameSync(path, `${path}.1`);
    file = openSync(path, "a", 0o600);
    bytes = 0;
  };
  return {
    path,
    write(chunk) {
      const text = chunk.toString();
      mirror?.(text);
      recent = [...recent, ...text.split("\n").filter(Boolean)].slice(-tailLinesMax);
      if (file === undefined) return;
      try {
        if (bytes > logBytesMax) rotate();
        bytes += writeSync(file, text);
      } catch {
        // A full disk must not take the stack down: what matters is also in the database.
      }
    },
    tail: () => recent,
    close() {
      if (file !== undefined) closeSync(file);
      file = undefined;
    },
  };
}
