import { answersHttp } from "./answers-http.ts";
import type { ChildSpec } from "./child.ts";

/** Beyond the grace that a process gives its own work. */
const stopMarginMs = 5_000;

/**
 * As in the Dockerfile. Requests under way at once fill a small young generation, and what they hold is copied, and then kept, for
 * nothing (docs/performance.md). Costs up to 50 MB more under load; a worker gains next to nothing by it.
 */
const nodeOptions = { api: ["--max-semi-space-size=32"], worker: [] };

/** api or worker: ready when `/health/ready` on its port says so; SIGTERM lets it finish what it does. */
export function appChild(name: "api" | "worker", entry: string, env: Record<string, string>): ChildSpec {
  const port = name === "api" ? env.PORT : env.WORKER_PORT;
  return {
    name,
    nodeOptions: nodeOptions[name],
    script: entry,
    args: [],
    env,
    isReady: () => answersHttp(`http://127.0.0.1:${port}/health/ready`, 200),
    readyTimeoutMs: 60_000,
    stopTimeoutMs: Number(env.SHUTDOWN_GRACE_MS) + stopMarginMs,
  };
}
