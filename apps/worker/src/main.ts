import { openContext } from "@darkroom/core/context";
import { parseEnv } from "@darkroom/core/env";
import { startWorker } from "./start-worker.ts";

/** The worker process. Exit codes: 0 after a clean stop, 1 when it could not start. */
async function main(): Promise<void> {
  const parsed = parseEnv(process.env);
  if (!parsed.ok) throw new Error(`Settings are not usable:\n  ${parsed.problems.join("\n  ")}`);
  const context = await openContext(parsed.env, { role: "worker" });
  const worker = await startWorker(context);
  context.log.info({ port: worker.port, queue: context.queues.name }, "worker is ready");
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => {
      context.log.info({ signal }, "worker is stopping");
      worker.stop().then(
        () => process.exit(0),
        (error: unknown) => {
          context.log.error({ err: error }, "stop failed");
          process.exit(1);
        },
      );
    });
  }
}

main().catch((error: Error) => {
  process.stderr.write(`worker could not start: ${error.message}\n`);
  process.exit(1);
});
