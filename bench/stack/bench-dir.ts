import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = join(dirname(fileURLToPath(import.meta.url)), "..");

/** Folder of the bench's sources: the compiled bench is one folder deeper (dist). */
export const benchDir = basename(here) === "dist" ? dirname(here) : here;

/** A compiled program of the bench. */
export function builtPeer(path: string): string {
  return join(benchDir, "dist", "peers", `${path}.js`);
}
