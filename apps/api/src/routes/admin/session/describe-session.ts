import type { AdminSession } from "@darkroom/contract/admin/session";
import { idleMs } from "@darkroom/core/access/session";
import { version } from "@darkroom/core/version";
import type { Api } from "../../../api.ts";
import type { AdminCaller } from "../../../middleware/authenticate-admin.ts";

/** Who is logged in, and what this installation has: all the dashboard has to know before its first page. */
export function describeSession(api: Pick<Api, "env" | "queues">, admin: AdminCaller): AdminSession {
  const { env, queues } = api;
  return {
    user: { id: admin.id, email: admin.name, role: admin.role, can_see_payloads: admin.canSeePayloads },
    csrf_token: admin.session?.csrfToken ?? "",
    expires_at: admin.session?.expiresAt.toISOString() ?? null,
    idle_seconds: idleMs / 1000,
    installation: {
      version,
      queue: queues.name,
      public_url: env.PUBLIC_URL ?? null,
      bull_board: true,
      fal_emulated: env.FAL_BASE_URL !== undefined,
    },
  };
}
