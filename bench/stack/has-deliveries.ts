import type { Darkroom } from "./start-darkroom.ts";

/** Whether this build tells customers of a job's end: then what is measured goes as far as the customer. */
export async function hasDeliveries(darkroom: Darkroom): Promise<boolean> {
  const api = (await (await fetch(`${darkroom.url}/openapi.json`)).json()) as { paths: Record<string, unknown> };
  return "/v1/endpoints" in api.paths;
}
