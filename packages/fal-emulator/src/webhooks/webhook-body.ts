import type { FalRequest } from "../queue/request.ts";
import type { RunOutcome } from "../runner/outcome.ts";
import { platformFailure } from "../runner/outcome.ts";

const PAYLOAD_ERROR =
  "Response payload is not JSON serializable. Either return a JSON serializable object or use the queue endpoint to retrieve the response.";

/** https://fal.ai/docs/documentation/model-apis/inference/webhooks: OK with the output, or ERROR with the status and the body. */
export function webhookBody(request: FalRequest, outcome: RunOutcome): Buffer {
  const ids = { request_id: request.id, gateway_request_id: request.gatewayId };
  if (outcome.status === 200) return encode({ ...ids, status: "OK", payload: outcome.body });
  return encode({ ...ids, status: "ERROR", error: `Invalid status code: ${outcome.status}`, payload: outcome.body });
}

/** The run succeeded, its result must be fetched. */
export function payloadErrorBody(request: FalRequest): Buffer {
  const ids = { request_id: request.id, gateway_request_id: request.gatewayId };
  return encode({ ...ids, status: "OK", payload: null, payload_error: PAYLOAD_ERROR });
}

/** The opposite of what happened, for `webhook_contradiction`. */
export function contradictionBody(request: FalRequest, outcome: RunOutcome): Buffer {
  const opposite =
    outcome.status === 200
      ? platformFailure(500, "Internal Server Error", "runner_server_error")
      : { ...outcome, status: 200, body: EMPTY_OUTPUT };
  return webhookBody(request, opposite);
}

const EMPTY_OUTPUT = { images: [], timings: {}, seed: 0, has_nsfw_concepts: [], prompt: "" };

function encode(body: object): Buffer {
  return Buffer.from(JSON.stringify(body));
}
