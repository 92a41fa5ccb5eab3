import type { FalWave } from "../plan/plan-faults.ts";

const timeoutMs = 5_000;
/** On a machine with more to do than it can the emulator's reply may come too late; a wave that stays would never let the run rest. */
const healTries = 30;

/** Switches one of the emulator's faults on for all requests, each with this chance. Answers how to switch it off. */
export async function startWave(falUrl: string, fault: FalWave, probability: number): Promise<() => Promise<void>> {
  const order = { fault, probability, ...(fault === "submit_429" ? { retryAfterSeconds: 2 } : {}) };
  const rule = (await control(falUrl, "POST", "/emulator/faults", order)) as { id: number };
  return async () => void (await control(falUrl, "DELETE", `/emulator/faults/${rule.id}`));
}

/** Ends whatever wave is left: its start or its end may have happened although the reply to it was not waited for. */
export async function endWaves(falUrl: string): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      const { rules } = (await control(falUrl, "GET", "/emulator/faults")) as { rules: { id: number }[] };
      if (rules.length === 0) return;
      for (const { id } of rules) await control(falUrl, "DELETE", `/emulator/faults/${id}`);
    } catch (error) {
      if (tries === healTries) throw error;
    }
  }
}

export async function rotateFalKeys(falUrl: string): Promise<void> {
  await control(falUrl, "POST", "/emulator/keys/rotate");
}

/** fal's patience is hours; here a webhook that was refused comes again within seconds. */
export async function hurryWebhooks(falUrl: string): Promise<void> {
  const settings = {
    webhookBackoffMs: 400,
    webhookBackoffMaxMs: 4_000,
    webhookFirstTimeoutMs: 5_000,
    webhookRetryTimeoutMs: 5_000,
  };
  await control(falUrl, "PATCH", "/emulator/settings", settings);
}

/** How often each of fal's faults has struck. */
export async function readStrikes(falUrl: string): Promise<Record<string, number>> {
  return ((await control(falUrl, "GET", "/emulator/faults")) as { fired: Record<string, number> }).fired;
}

async function control(falUrl: string, method: string, path: string, body?: unknown): Promise<unknown> {
  const response = await fetch(`${falUrl}${path}`, {
    method,
    headers: { "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(timeoutMs),
  });
  if (!response.ok) throw new Error(`The fal emulator answered ${response.status} to ${method} ${path}.`);
  const text = await response.text();
  return text === "" ? undefined : JSON.parse(text);
}
