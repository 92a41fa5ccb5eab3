import { mkdtemp, rm } from "node:fs/promises";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Child } from "@darkroom/local/child";
import { guardProgram } from "@darkroom/local/guard-program";
import { openLog } from "@darkroom/local/open-log";
import { pickPort } from "@darkroom/local/pick-port";
import { startChild } from "@darkroom/local/start-child";
import { findProgram } from "./find-program.ts";

/** Where redis-server is, or undefined: Redis is not on npm, so a machine may lack it. */
export function findRedis(): string | undefined {
  return findProgram("redis-server");
}

/** A Redis of its own on 127.0.0.1, set up as BullMQ demands (noeviction), keeping nothing on disk. */
export async function startRedis(options: { port?: number } = {}): Promise<Child & { url: string; port: number }> {
  const file = findRedis();
  if (!file) throw new Error("redis-server is not on the PATH.");
  const dir = await mkdtemp(join(tmpdir(), "darkroom-redis-"));
  const log = openLog(join(dir, "redis.log"));
  const port = options.port ?? (await pickPort());
  const child = await startChild(redisChild(file, dir, port), log);
  const cleaned = child.exited.then(async (exit) => {
    log.close();
    await rm(dir, { recursive: true, force: true });
    return exit;
  });
  const stop = () => child.stop().then(() => cleaned);
  return { ...child, stop, port, url: `redis://127.0.0.1:${port}` };
}

function redisChild(file: string, dir: string, port: number) {
  const settings = ["--maxmemory-policy", "noeviction", "--save", "", "--appendonly", "no"];
  return {
    name: "redis",
    ...guardProgram({
      file,
      args: ["--bind", "127.0.0.1", "--port", String(port), "--dir", dir, ...settings],
      stopSignal: "SIGTERM",
    }),
    env: { PATH: process.env.PATH ?? "" },
    isReady: () => answersPing(port),
    readyTimeoutMs: 10_000,
    stopTimeoutMs: 5_000,
  };
}

function answersPing(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection(port, "127.0.0.1", () => socket.write("PING\r\n"));
    const end = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.on("data", (data) => end(data.toString().startsWith("+PONG")));
    socket.on("error", () => end(false));
    socket.setTimeout(1_000, () => end(false));
  });
}
