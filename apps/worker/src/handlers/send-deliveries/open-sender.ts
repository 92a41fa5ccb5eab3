import type { Context } from "@darkroom/core/context";
import { query, sql } from "@darkroom/core/db/database";
import type { HeldEndpoint } from "@darkroom/core/deliveries/hold-endpoint";
import type { SigningKey } from "@darkroom/core/deliveries/sign";
import { openHeaders } from "@darkroom/core/endpoints/create-endpoint";
import { openSecrets } from "@darkroom/core/endpoints/signing-secrets";

/** What an endpoint's deliveries are sent with. */
export type Sender = { url: URL; keys: SigningKey[]; headers: Record<string, string> };

/** A secret that does not open needs an operator: no sense in trying every second. */
const restMs = 60_000;

/** Opened once per turn, so that a rotation is known within seconds. Null if its secrets do not open (DARKROOM_SECRET was changed). */
export async function openSender(context: Context, endpoint: HeldEndpoint): Promise<Sender | null> {
  const used = endpoint.secrets.filter(({ kind }) => kind === "hmac" || endpoint.ed25519);
  try {
    const headers = openHeaders(context.secrets, endpoint);
    return { url: new URL(endpoint.url), keys: openSecrets(used, context.secrets), headers };
  } catch (error) {
    context.log.error({ endpoint: endpoint.id, err: error }, "an endpoint's secrets do not open");
    await rest(context, endpoint.id);
    return null;
  }
}

async function rest(context: Context, endpointId: string): Promise<void> {
  const until = new Date(context.clock.now().getTime() + restMs);
  await query(
    context.db,
    sql`update endpoints set blocked_until = ${until}::timestamptz where id = ${endpointId} returning 1`,
  );
}
