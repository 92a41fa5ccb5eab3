import { fileURLToPath } from "node:url";

/** The built programs that the stack starts. Tests put stand-ins in their place. */
export type Entries = { api: string; worker: string; cli: string; emulator: string };

const built = (path: string) => fileURLToPath(new URL(`../../../${path}/dist/main.js`, import.meta.url));

export const builtEntries: Entries = {
  api: built("apps/api"),
  worker: built("apps/worker"),
  cli: built("apps/cli"),
  emulator: built("packages/fal-emulator"),
};
