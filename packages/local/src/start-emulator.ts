import { mkdir } from "node:fs/promises";
import { answersHttp } from "./answers-http.ts";
import type { ChildSpec } from "./child.ts";
import type { GivenEnv } from "./plan-stack.ts";

export type EmulatorOptions = {
  entry: string;
  dir: string;
  port: number;
  key: string;
  /** How long one picture takes, unless `given` says otherwise. */
  generationMs: number;
  /** The user's environment: its FAL_EMULATOR_* settings reach the emulator. */
  given: GivenEnv;
};

/** fal's HTTP API on 127.0.0.1, as a specification for the supervisor. */
export async function emulatorChild(options: EmulatorOptions): Promise<ChildSpec> {
  await mkdir(options.dir, { recursive: true });
  const { port, dir, key, given } = options;
  const settings = Object.entries(given).filter(([name]) => name.startsWith("FAL_EMULATOR_"));
  return {
    name: "fal emulator",
    script: options.entry,
    args: ["--host", "127.0.0.1", "--port", String(port), "--dir", dir],
    env: {
      PATH: process.env.PATH ?? "",
      FAL_EMULATOR_GENERATION_MS: String(options.generationMs),
      ...Object.fromEntries(settings),
      // Not on the command line, which every user of the machine can read.
      FAL_EMULATOR_KEY: key,
    },
    isReady: () => answersHttp(`http://127.0.0.1:${options.port}`),
    readyTimeoutMs: 30_000,
    stopTimeoutMs: 5_000,
  };
}
