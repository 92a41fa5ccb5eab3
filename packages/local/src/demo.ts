import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { describePlan } from "./describe-stack.ts";
import { interruptedExitCode, onStopSignal } from "./on-stop-signal.ts";
import { type Home, openHome } from "./open-home.ts";
import { bold, dim, print } from "./print.ts";
import { type DemoReport, runDemoJob } from "./run-demo-job.ts";
import { startStack } from "./start-stack.ts";

/** `npm run demo`: the whole stack in a fresh temporary home, one picture through it, and everything gone again. */
const picture = fileURLToPath(new URL("../../../examples/mountain-lake.jpg", import.meta.url));
const outDir = resolve(".darkroom", "demo");
/** z-image turbo takes about as long. */
const generationMs = 1_500;

/** Whatever is still going on when the demo ends has nobody to wait for it. */
const shutdownGraceMs = 1_000;

const startedAt = performance.now();
const { signal } = onStopSignal();

function say(state: string, detail: string): void {
  const elapsed = ((performance.now() - startedAt) / 1000).toFixed(2).padStart(6);
  print(`${dim(`${elapsed} s`)}  ${bold(state.padEnd(18))} ${detail}`);
}

async function main(): Promise<number> {
  const dir = await mkdtemp(join(tmpdir(), "darkroom-demo-"));
  const opened = openHome(dir);
  if (opened.outcome === "running") throw new Error(`${dir} is not fresh.`);
  const report = await sendPicture(opened.home).catch((error: Error) => error);
  opened.home.close();
  if (report instanceof Error) {
    if (!signal.aborted) print(`\nThe demo failed: ${report.message}\nLogs: ${join(dir, "logs")}`);
    if (signal.aborted) await rm(dir, { recursive: true, force: true });
    return signal.aborted ? interruptedExitCode : 1;
  }
  if (report.problems.length === 0) await rm(dir, { recursive: true, force: true });
  else print(`\n${report.problems.join("\n")}\nLogs: ${join(dir, "logs")}`);
  print(JSON.stringify(report.result));
  return report.problems.length === 0 ? 0 : 1;
}

async function sendPicture(home: Home): Promise<DemoReport> {
  say("starting", "Postgres, S3, fal emulator, worker and API, in a fresh home");
  const warn = (line: string) => say("note", line);
  const stack = await startStack({
    home,
    env: { SHUTDOWN_GRACE_MS: String(shutdownGraceMs), ...process.env },
    apiPort: 0,
    durable: false,
    generationMs,
    say: warn,
    signal,
  });
  try {
    say("running", `${stack.run.api_url}   ${describePlan(stack.plan)}`);
    const api = { url: stack.run.api_url, key: stack.run.api_key };
    const report = await runDemoJob({ api, picture, outDir, say, signal });
    say("written", `${join(outDir, "before.jpg")} and ${report.result.outputs.map(({ file }) => file).join(", ")}`);
    return report;
  } finally {
    await stack.stop();
    say("stopped", "no process is left");
  }
}

process.exitCode = await main();
