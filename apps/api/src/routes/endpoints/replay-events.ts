import { createReplaySchema, replaySchema } from "@darkroom/contract/endpoints";
import { findEndpoint } from "@darkroom/core/endpoints/find-endpoint";
import { createReplay } from "@darkroom/core/replays/create-replay";
import { listReplays, readReplay } from "@darkroom/core/replays/read-replay";
import { cancelReplay } from "@darkroom/core/replays/transition";
import { z } from "zod";
import { json, notFound, problem } from "../../reply.ts";
import { invalid } from "../../requests/check-request.ts";
import { defineRoute } from "../../route.ts";
import { endpointIdParams, replayIdParams } from "./endpoint-id.ts";

export const createReplayRoute = defineRoute({
  id: "replayEvents",
  method: "post",
  path: "/v1/endpoints/{id}/replay",
  tag: "Endpoints",
  summary: "Send events of a time range once more",
  description:
    "Everything the endpoint wants, or with `only_failed` what it was sent and has not got. A few at a time, so that new events " +
    "need not wait for old ones. Each has the event id it had.",
  access: "endpoints:write",
  params: endpointIdParams,
  body: { kind: "json", schema: createReplaySchema, required: true, example: { since: "2026-11-19T00:00:00Z" } },
  replies: { 202: { description: "Begun.", schema: replaySchema, headers: { Location: "Path of the replay." } } },
  problems: ["not_found", "endpoint_not_enabled"],
  async handle(api, { body, params, caller, now }) {
    const { tenantId } = caller;
    const endpoint = await findEndpoint(api.db, { tenantId, endpointId: params.id });
    if (!endpoint) return notFound("endpoint");
    if (endpoint.state !== "enabled") return problem("endpoint_not_enabled", `The endpoint is ${endpoint.state}.`);
    const since = new Date(body.since);
    const until = body.until === undefined || new Date(body.until) > now ? now : new Date(body.until);
    if (since >= until) {
      return invalid([{ pointer: "/since", message: "since must be before until and now", code: "too_big" }]);
    }
    const endpointId = endpoint.id;
    const made = await createReplay(api.db, { tenantId, endpointId, since, until, onlyFailed: body.only_failed, now });
    const replay = await readReplay(api.db, { tenantId, endpointId, replayId: made.id });
    return json(202, replay, { location: `/v1/endpoints/${endpointId}/replays/${made.id}` });
  },
});

export const listReplaysRoute = defineRoute({
  id: "listReplays",
  method: "get",
  path: "/v1/endpoints/{id}/replays",
  tag: "Endpoints",
  summary: "List an endpoint's last replays",
  access: "endpoints:read",
  params: endpointIdParams,
  replies: {
    200: { description: "The last 20, newest first.", schema: z.object({ data: z.array(replaySchema) }) },
  },
  problems: ["not_found"],
  async handle(api, { params, caller }) {
    const who = { tenantId: caller.tenantId, endpointId: params.id };
    if (!(await findEndpoint(api.db, who))) return notFound("endpoint");
    return json(200, { data: await listReplays(api.db, who) });
  },
});

export const readReplayRoute = defineRoute({
  id: "readReplay",
  method: "get",
  path: "/v1/endpoints/{id}/replays/{replay_id}",
  tag: "Endpoints",
  summary: "Follow a replay",
  access: "endpoints:read",
  params: replayIdParams,
  replies: { 200: { description: "How far it is.", schema: replaySchema } },
  problems: ["not_found"],
  async handle(api, { params, caller }) {
    const who = { tenantId: caller.tenantId, endpointId: params.id, replayId: params.replay_id };
    const replay = await readReplay(api.db, who);
    return replay ? json(200, replay) : notFound("replay");
  },
});

export const cancelReplayRoute = defineRoute({
  id: "cancelReplay",
  method: "post",
  path: "/v1/endpoints/{id}/replays/{replay_id}/cancel",
  tag: "Endpoints",
  summary: "Stop a replay",
  description: "What of it is still pending is canceled.",
  access: "endpoints:write",
  params: replayIdParams,
  replies: { 200: { description: "Stopped.", schema: replaySchema } },
  problems: ["not_found", "replay_already_ended"],
  async handle(api, { params, caller, now }) {
    const who = { tenantId: caller.tenantId, endpointId: params.id, replayId: params.replay_id };
    const present = await readReplay(api.db, who);
    if (!present) return notFound("replay");
    const canceled = await cancelReplay(api.db, who, now);
    if (!canceled) return problem("replay_already_ended", `This replay has ${present.state}.`);
    return json(200, await readReplay(api.db, who));
  },
});
