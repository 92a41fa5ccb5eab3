import { pickPort } from "@darkroom/local/pick-port";
import type { Bed } from "../bed.ts";
import { makeTable } from "../peers/hand-rolled/open-prisma.ts";
import { createDatabase } from "./databases.ts";
import { startPeer } from "./start-peer.ts";

export type HandRolled = {
  url: string;
  databaseUrl: string;
  pids: { api: number; worker: number };
  stop(): Promise<void>;
};

let installs = 0;

/** The hand-rolled peer: an api and a worker process, as Darkroom has, on a database and a queue of their own. */
export async function startHandRolled(
  bed: Bed,
  options: { worker: boolean; customerUrl: string; databaseUrl?: string; redisUrl?: string | undefined },
): Promise<HandRolled> {
  installs += 1;
  const databaseUrl = options.databaseUrl ?? (await createDatabase(bed.servers, "hand_rolled"));
  await makeTable(databaseUrl);
  const port = await pickPort();
  const publicUrl = `http://127.0.0.1:${port}`;
  const { customerUrl } = options;
  const settings = {
    ...{ databaseUrl, publicUrl, customerUrl, queue: `submit${installs}` },
    ...(options.redisUrl ? { redisUrl: options.redisUrl } : {}),
  };
  const api = await startPeer(bed, "hand-rolled/api", { ...settings, port });
  const worker = options.worker ? await startPeer(bed, "hand-rolled/worker", settings) : null;
  const stop = async () => {
    await worker?.stop();
    await api.stop();
  };
  const pids = { api: api.pid, worker: worker?.pid ?? -1 };
  return { url: publicUrl, databaseUrl, pids, stop };
}
