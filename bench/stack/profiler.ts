import { mkdirSync } from "node:fs";
import { access } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { waitFor } from "@darkroom/testing/wait-for";
import type { ProfiledProcess } from "../read-options.ts";
import { readProfile } from "../report/read-profile.ts";
import { benchDir } from "./bench-dir.ts";

/** Profiles one of our processes while it is being measured; without `--prof`, only lets it be measured. */
export type Profiler = {
  /** Environment with which a process is started so that it can be profiled. */
  env(process: ProfiledProcess): Record<string, string>;
  /** Runs what is measured. */
  during<Value>(pids: Partial<Record<ProfiledProcess, number>>, act: () => Promise<Value>): Promise<Value>;
};

/** From the signal to the first sample, and from the file's making to its end. */
const settleMs = 200;
const dir = join(benchDir, "results", "profiles");

export function createProfiler(wanted: ProfiledProcess | null, say: (line: string) => void): Profiler {
  let starts = 0;
  let base = "";
  let written = 0;
  return {
    env: (name): Record<string, string> => {
      if (name !== wanted) return {};
      mkdirSync(dir, { recursive: true });
      starts += 1;
      written = 0;
      base = join(dir, `${name}-${process.pid}-${starts}`);
      return { NODE_OPTIONS: `--import=${join(benchDir, "stack", "profile.mjs")}`, BENCH_PROFILE_FILE: base };
    },
    during: async (pids, act) => {
      const pid = wanted ? pids[wanted] : undefined;
      if (!pid) return act();
      process.kill(pid, "SIGUSR2");
      await pause(settleMs);
      const value = await act();
      process.kill(pid, "SIGUSR2");
      written += 1;
      await tell(`${base}-${written}.cpuprofile`, say);
      return value;
    },
  };
}

async function tell(file: string, say: (line: string) => void): Promise<void> {
  const exists = () =>
    access(file).then(
      () => true,
      () => false,
    );
  await waitFor("the profile", exists);
  await pause(settleMs);
  say(`profile: ${file}`);
  for (const line of await readProfile(file)) say(line);
}
