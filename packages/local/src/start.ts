import { Command } from "commander";
import { describeStack } from "./describe-stack.ts";
import { interruptedExitCode, onStopSignal } from "./on-stop-signal.ts";
import { type Home, openHome } from "./open-home.ts";
import { givenEnv } from "./plan-stack.ts";
import { bold, print, seconds } from "./print.ts";
import { type Stack, startStack } from "./start-stack.ts";

/** `npm start`: the whole of Darkroom on this machine, until Ctrl-C. */
const defaultPort = 4000;
/** About as long as a small picture takes at fal, so that queued and processing can be seen. */
const generationMs = 500;

const command = new Command("npm start --")
  .description("Runs API, worker, Postgres, S3 and the fal emulator; real ones where the environment names them.")
  .option("-v, --verbose", "show what the processes write");

async function main(): Promise<number> {
  const { verbose = false } = command.parse().opts<{ verbose?: boolean }>();
  const opened = openHome(process.env.DARKROOM_HOME || ".darkroom");
  if (opened.outcome === "running") {
    print(
      `Darkroom is already running in ${opened.dir} (pid ${opened.pid}${opened.apiUrl ? `, ${opened.apiUrl}` : ""}).`,
    );
    print("Stop it first, or set DARKROOM_HOME to another folder (and PORT to another port).");
    return 1;
  }
  try {
    return await run(opened.home, verbose);
  } finally {
    opened.home.close();
  }
}

async function run(home: Home, verbose: boolean): Promise<number> {
  const { signal, stopped } = onStopSignal();
  const startedAt = performance.now();
  const stack = await startStack({
    home,
    env: process.env,
    apiPort: Number(process.env.PORT || defaultPort),
    generationMs,
    say,
    signal,
    mirror: verbose ? mirror : undefined,
  }).catch((error: Error) => error);
  if (stack instanceof Error) return reportFailure(stack, signal.aborted, home);
  home.writeRunFile(stack.run);
  print(`${bold("Darkroom is running")} (started in ${seconds(performance.now() - startedAt)}). Ctrl-C stops it.\n`);
  for (const line of describeStack(stack.plan, stack.run, home.dir, givenEnv(process.env))) print(line);
  await stopped;
  await stop(stack);
  return 0;
}

function reportFailure(error: Error, interrupted: boolean, home: Home): number {
  if (interrupted) return interruptedExitCode;
  print(`Darkroom could not start: ${error.message}`);
  print(`Logs: ${home.path("logs")}`);
  return 1;
}

async function stop(stack: Stack): Promise<void> {
  const startedAt = performance.now();
  print("\nStopping: the API first, then the worker when it has finished, then the rest.");
  await stack.stop();
  print(`Stopped in ${seconds(performance.now() - startedAt)}. Nothing is left running; the data stay in the home.`);
}

function say(line: string): void {
  print(`${new Date().toTimeString().slice(0, 8)}  ${line}`);
}

function mirror(name: string, text: string): void {
  for (const line of text.split("\n").filter(Boolean)) print(`${name.padEnd(12)} ${line}`);
}

process.exitCode = await main();
