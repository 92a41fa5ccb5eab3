import type { Servers } from "./start-servers.ts";

type FalSettings = { generationMs?: number; imageBytes?: number; concurrency?: number };

/** Changes what fal does, e.g. how long a picture takes. */
export async function setFal({ fal }: Pick<Servers, "fal">, settings: FalSettings): Promise<void> {
  const headers = { "content-type": "application/json" };
  const body = JSON.stringify(settings);
  const reply = await fetch(`${fal.url}/emulator/settings`, { method: "PATCH", headers, body });
  if (!reply.ok) throw new Error(`The emulator answered ${reply.status}: ${await reply.text()}`);
  await reply.body?.cancel();
}

export async function readFalHealth({ fal }: Pick<Servers, "fal">): Promise<{ running: number; waiting: number }> {
  return (await fetch(`${fal.url}/emulator/health`)).json() as Promise<{ running: number; waiting: number }>;
}

type LedgerRow = { requestId: string; startedAt: string | null; endedAt: string | null };

/** fal's own record of every request. */
export async function readLedger({ fal }: Pick<Servers, "fal">): Promise<LedgerRow[]> {
  const text = await (await fetch(`${fal.url}/emulator/ledger.ndjson`)).text();
  return text
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as LedgerRow);
}
