import { type CreateEndpoint, createEndpointSchema } from "@darkroom/contract/endpoints";
import type { Context } from "@darkroom/core/context";
import { createEndpoint } from "@darkroom/core/endpoints/create-endpoint";
import type { EndpointRow } from "@darkroom/core/endpoints/endpoint-row";

/** A registered endpoint as the API makes it, where a test does not say otherwise, with the secret that is shown once. */
export async function makeEndpoint(
  context: Pick<Context, "db" | "secrets" | "clock">,
  tenantId: string,
  given: Partial<CreateEndpoint> & { url: string },
): Promise<EndpointRow & { secret: string }> {
  const request = { tenantId, endpoint: createEndpointSchema.parse(given), now: context.clock.now() };
  const made = await createEndpoint(context.db, context.secrets, request);
  if (made.outcome !== "created") throw new Error(`the endpoint was not made: ${made.outcome}`);
  return { ...made.endpoint, secret: made.secret };
}
