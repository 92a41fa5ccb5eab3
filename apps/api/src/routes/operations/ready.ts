import { z } from "zod";
import type { Api } from "../../api.ts";
import { json } from "../../reply.ts";
import { defineRoute } from "../../route.ts";

const partSchema = z.enum(["ok", "unreachable"]);
const readySchema = z.object({
  status: z.enum(["ok", "degraded", "unavailable", "stopping"]),
  database: partSchema,
  queue: partSchema.describe("Where it is unreachable jobs are still taken; workers find them by themselves."),
});

/** Probes ask every few seconds and do not wait long. */
const checkMsMax = 1_000;

export const readyRoute = defineRoute({
  id: "ready",
  method: "get",
  path: "/health/ready",
  tag: "Operations",
  summary: "Can this process take requests?",
  description:
    "503 while the database cannot be reached, or the process is stopping. Without its queue the API is `degraded` and still " +
    "ready: what it accepts is safe in the database.",
  access: "public",
  replies: {
    200: { description: "Yes.", schema: readySchema },
    503: { description: "No.", schema: readySchema },
  },
  async handle(api) {
    const [database, queue] = await Promise.all([
      check(() => pingDatabase(api)),
      check(() => api.doorbell.waiting("dispatch")),
    ]);
    const status = api.stopping.aborted
      ? "stopping"
      : database === "unreachable"
        ? "unavailable"
        : queue === "ok"
          ? "ok"
          : "degraded";
    const ready = status === "ok" || status === "degraded";
    return json(ready ? 200 : 503, { status, database, queue }, { "cache-control": "no-store" });
  },
});

function pingDatabase(api: Api): Promise<unknown> {
  return api.db.$queryRaw`select 1`;
}

async function check(ask: () => Promise<unknown>): Promise<z.infer<typeof partSchema>> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<"unreachable">((resolve) => {
    timer = setTimeout(() => resolve("unreachable"), checkMsMax);
  });
  const answer = ask().then(
    () => "ok" as const,
    () => "unreachable" as const,
  );
  return Promise.race([answer, late]).finally(() => clearTimeout(timer));
}
