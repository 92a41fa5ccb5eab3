/**
 * Preloaded (`node --import`) into the process that `--prof` names: SIGUSR2 starts the CPU profile, the next one ends it and
 * writes it to BENCH_PROFILE_FILE. Unlike --cpu-prof it covers what is measured and nothing of start and stop.
 */
import { writeFileSync } from "node:fs";
import { Session } from "node:inspector/promises";

const { BENCH_PROFILE_FILE: base } = process.env;
const session = new Session();
session.connect();
let running = false;
let files = 0;

process.on("SIGUSR2", async () => {
  if (!running) {
    running = true;
    await session.post("Profiler.enable");
    await session.post("Profiler.setSamplingInterval", { interval: 500 });
    await session.post("Profiler.start");
    return;
  }
  running = false;
  files += 1;
  const { profile } = await session.post("Profiler.stop");
  writeFileSync(`${base}-${files}.cpuprofile`, JSON.stringify(profile));
});
