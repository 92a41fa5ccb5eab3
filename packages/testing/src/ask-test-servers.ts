import { inject } from "vitest";

/** Asks the broker of this test run (start-test-servers.ts). */
export async function askTestServers<T>(method: "POST" | "DELETE", path: string): Promise<T> {
  const response = await fetch(`${inject("testServersUrl")}${path}`, { method });
  const body = (await response.json()) as T & { error?: string };
  if (!response.ok) throw new Error(`The test servers answered: ${body.error}`);
  return body;
}
