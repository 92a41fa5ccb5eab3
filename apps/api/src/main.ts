import { ensureFirstAdmin } from "@darkroom/core/access/create-admin-user";
import { writeAudit } from "@darkroom/core/audit/write-audit";
import { type Context, closeContext, openContext } from "@darkroom/core/context";
import { parseEnv } from "@darkroom/core/env";
import { createApp } from "./app.ts";
import { listen, stopServing } from "./serve.ts";

/** The API process. Exit codes: 0 after a clean stop, 1 when it could not start. */
async function main(): Promise<void> {
  const parsed = parseEnv(process.env);
  if (!parsed.ok) throw new Error(`Settings are not usable:\n  ${parsed.problems.join("\n  ")}`);
  const { env } = parsed;
  const context = await openContext(env, { role: "api" });
  await makeFirstAdmin(context);
  const stopping = new AbortController();
  const server = await listen(createApp(context, { stopping: stopping.signal }), env);
  context.log.info({ address: server.address(), queue: context.queues.name }, "api is ready");

  const stop = async (signal: string) => {
    context.log.info({ signal }, "api is stopping");
    stopping.abort();
    const ended = await stopServing(server, env.SHUTDOWN_GRACE_MS);
    if (ended === "cut") context.log.warn("requests were cut off after SHUTDOWN_GRACE_MS");
    await closeContext(context);
    context.log.info("api has stopped");
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => {
      stop(signal).then(
        () => process.exit(0),
        (error: unknown) => {
          context.log.error({ err: error }, "stop failed");
          process.exit(1);
        },
      );
    });
  }
}

/** Somebody has to be able to log in. The password is not read again: whoever changed it must not find the old one back. */
async function makeFirstAdmin({ db, env, clock, log }: Context): Promise<void> {
  const { ADMIN_EMAIL: email, ADMIN_PASSWORD: password } = env;
  if (!email || !password) return;
  const now = clock.now();
  const user = await ensureFirstAdmin(db, { email, password, now });
  if (!user) return;
  const actor = { kind: "system", id: null, name: "ADMIN_EMAIL" } as const;
  await writeAudit(db, { actor, action: "user.create", now }, "done", { target: { kind: "user", id: user.id } });
  log.info({ user: user.id }, "first admin user made");
}

main().catch((error: Error) => {
  process.stderr.write(`api could not start: ${error.message}\n`);
  process.exit(1);
});
