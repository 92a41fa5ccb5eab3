#!/usr/bin/env node
import { runCli } from "./run-cli.ts";

const exitCode = await runCli(process.argv.slice(2), {
  env: process.env,
  cwd: process.cwd(),
  now: () => new Date(),
  write: (text) => process.stdout.write(text),
  writeError: (text) => process.stderr.write(text),
  untilStopped: () => {
    const stopping = new AbortController();
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stopping.abort());
    return stopping.signal;
  },
});
// The schema engine that migrates leaves a timer behind, which would keep a finished command waiting for ten seconds.
process.exit(exitCode);
