import { adminReplayListSchema, createAdminReplaySchema } from "@darkroom/contract/admin/endpoints";
import { replaySchema } from "@darkroom/contract/endpoints";
import { createReplay } from "@darkroom/core/replays/create-replay";
import { listReplays, readReplay } from "@darkroom/core/replays/read-replay";
import { cancelReplay } from "@darkroom/core/replays/transition";
import type { Api } from "../../../api.ts";
import { json, notFound, problem } from "../../../reply.ts";
import { invalid } from "../../../requests/check-request.ts";
import { defineAdminRoute } from "../define-admin-route.ts";
import { idParams } from "../id-params.ts";

function findEndpoint(api: Api, id: string) {
  return api.db.endpoint.findFirst({ where: { id, deletedAt: null } });
}

export const listAdminReplaysRoute = defineAdminRoute("listReplays", {
  summary: "List an endpoint's last replays",
  params: idParams,
  replies: { 200: { description: "The last 20, newest first.", schema: adminReplayListSchema } },
  problems: ["not_found"],
  async handle(api, { params }) {
    const endpoint = await findEndpoint(api, params.id);
    if (!endpoint) return notFound("endpoint");
    const who = { tenantId: endpoint.tenantId, endpointId: endpoint.id };
    return json(200, { data: await listReplays(api.reads, who) });
  },
});

export const startReplayRoute = defineAdminRoute("startReplay", {
  summary: "Send events of a time range once more",
  audit: "replay.start",
  params: idParams,
  body: { kind: "json", schema: createAdminReplaySchema, required: true },
  replies: { 202: { description: "Begun.", schema: replaySchema } },
  problems: ["not_found", "endpoint_not_enabled"],
  async handle(api, { params, body, now, note }) {
    const endpoint = await findEndpoint(api, params.id);
    if (!endpoint) return notFound("endpoint");
    const { id: endpointId, tenantId, state } = endpoint;
    note({ target: { kind: "endpoint", id: endpointId }, tenantId, detail: body });
    if (state !== "enabled") return problem("endpoint_not_enabled", `The endpoint is ${state}.`);
    const since = new Date(body.since);
    const until = body.until === undefined || new Date(body.until) > now ? now : new Date(body.until);
    if (since >= until) {
      return invalid([{ pointer: "/since", message: "since must be before until and now", code: "too_big" }]);
    }
    const made = await createReplay(api.db, { tenantId, endpointId, since, until, onlyFailed: body.only_failed, now });
    return json(202, await readReplay(api.db, { tenantId, endpointId, replayId: made.id }));
  },
});

export const cancelAdminReplayRoute = defineAdminRoute("cancelReplay", {
  summary: "Stop a replay",
  audit: "replay.cancel",
  params: idParams,
  replies: { 200: { description: "Stopped.", schema: replaySchema } },
  problems: ["not_found", "replay_already_ended"],
  async handle(api, { params, now, note }) {
    const row = await api.db.replay.findUnique({ where: { id: params.id } });
    if (!row) return notFound("replay");
    const who = { tenantId: row.tenantId, endpointId: row.endpointId, replayId: row.id };
    note({ target: { kind: "replay", id: row.id }, tenantId: row.tenantId });
    if (!(await cancelReplay(api.db, who, now))) {
      return problem("replay_already_ended", `This replay has ${row.state}.`);
    }
    return json(200, await readReplay(api.db, who));
  },
});
