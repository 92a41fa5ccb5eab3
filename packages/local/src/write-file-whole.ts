import { randomUUID } from "node:crypto";
import { renameSync, writeFileSync } from "node:fs";

/** Replaces a file in one step: a reader sees the old or the new content, never half of it. Readable by its owner only. */
export function writeFileWhole(path: string, value: unknown): void {
  const draft = `${path}.${randomUUID()}`;
  writeFileSync(draft, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
  renameSync(draft, path);
}
