import { createPostgresBackend, Queue, Worker, withBackend } from "bullmq";
import type { PeerSettings } from "./peer-settings.ts";
import { need } from "./peer-settings.ts";

type Data = { id: string };

/** BullMQ as its documentation shows it, on the backend that Darkroom has in the same run. */
export async function openQueue(settings: PeerSettings): Promise<Queue<Data>> {
  const name = settings.queue ?? "submit";
  if (settings.redisUrl) return new Queue<Data>(name, { connection: { url: settings.redisUrl } });
  const backend = withBackend(createPostgresBackend);
  const queue = new backend.Queue(name, { connection: { ...postgres(settings), migrate: true } });
  await queue.waitUntilReady();
  return queue as unknown as Queue<Data>;
}

export function openWorker(settings: PeerSettings, handle: (data: Data) => Promise<void>, concurrency: number): void {
  const name = settings.queue ?? "submit";
  const processor = (job: { data: Data }) => handle(job.data);
  if (settings.redisUrl) {
    new Worker<Data>(name, processor, { connection: { url: settings.redisUrl }, concurrency });
    return;
  }
  const backend = withBackend(createPostgresBackend);
  new backend.Worker<Data>(name, processor, { connection: postgres(settings), concurrency });
}

function postgres(settings: PeerSettings) {
  return { connectionString: need(settings.databaseUrl), schema: "bullmq" };
}
