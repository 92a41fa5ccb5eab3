import type { Job } from "@darkroom/contract/jobs";
import { callApi } from "./call-api.ts";
import type { Client } from "./run-client.ts";

const atOnce = 8;

/** At the end every client asks once more what became of its jobs, and writes it down. */
export async function readEnds(clientOf: (tenant: number) => Client): Promise<void> {
  const { notebook } = clientOf(0);
  const jobs = new Map(notebook.accepted.map(({ jobId, tenant }) => [jobId, tenant]));
  const waiting = [...jobs];
  const work = async () => {
    for (let next = waiting.pop(); next; next = waiting.pop()) await readEnd(clientOf(next[1]), next[0]);
  };
  await Promise.all(Array.from({ length: atOnce }, work));
}

async function readEnd(client: Client, jobId: string): Promise<void> {
  const reply = await callApi(client, { method: "GET", path: `/v1/jobs/${jobId}` });
  const at = new Date().toISOString();
  if (reply?.status !== 200) {
    client.notebook.surprises.push({ what: `reading ${jobId} at the end`, detail: String(reply?.status), at });
    return;
  }
  const { status, outputs } = reply.body as unknown as Job;
  client.notebook.ends.push({ jobId, status, outputs: outputs.map(({ id, sha256 }) => ({ id, sha256 })), at });
}
