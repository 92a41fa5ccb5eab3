import type { Request, Response } from "express";
import type { Emulator } from "../emulator.ts";
import { sendJson } from "../http/send-json.ts";
import type { FalRequest } from "../queue/request.ts";
import { authorizePlatform, queryList, sendPlatformError } from "./platform-error.ts";

const DAY_MS = 86_400_000;
const LIMIT = 50;
const LIMIT_MAX = 100;

interface Filter {
  endpointIds: Set<string>;
  requestId: string | null;
  status: string | null;
  start: number;
  end: number;
  listInFlight: boolean;
}

/**
 * `GET api.fal.ai/v1/models/requests/by-endpoint` (https://fal.ai/docs/platform-apis/v1/models/requests/by-endpoint), newest
 * first. fal sorts by end time; here it is the order of arrival, which needs no sorting. An item carries no webhook URL: fal's
 * has no field for it, and adding one would let a client depend on what fal does not give.
 */
export function listRequests(emulator: Emulator, req: Request, res: Response): void {
  if (!authorizePlatform(emulator, req, res)) return;
  const limit = Number(req.query.limit ?? LIMIT);
  if (!Number.isInteger(limit) || limit < 1 || limit > LIMIT_MAX) {
    sendPlatformError(res, "validation_error", "limit must be between 1 and 100");
    return;
  }
  const filter = readFilter(emulator, req);
  if (filter.endpointIds.size === 0) {
    sendPlatformError(res, "validation_error", "endpoint_id is required");
    return;
  }
  const page = readCursor(req.query.cursor);
  const found = collect(emulator, filter, page * limit, limit + 1);
  const items = found
    .slice(0, limit)
    .map((request) => describe(request, queryList(req.query.expand).includes("payloads")));
  const hasMore = found.length > limit;
  sendJson(res, 200, { items, next_cursor: hasMore ? writeCursor(page + 1) : null, has_more: hasMore });
}

function readFilter(emulator: Emulator, req: Request): Filter {
  const { request_id: requestId, status, start, end } = req.query;
  const now = emulator.now().getTime();
  const defaultStart = now - (requestId ? 90 * DAY_MS : DAY_MS);
  return {
    endpointIds: new Set(queryList(req.query.endpoint_id)),
    requestId: typeof requestId === "string" ? requestId : null,
    status: typeof status === "string" ? status : null,
    start: typeof start === "string" ? Date.parse(start) || defaultStart : defaultStart,
    end: typeof end === "string" ? Date.parse(end) || Number.POSITIVE_INFINITY : Number.POSITIVE_INFINITY,
    listInFlight: emulator.settings.listInFlight,
  };
}

/** Walks back from the newest request, and stops at the page's end or the start of the time range. */
function collect(emulator: Emulator, filter: Filter, skip: number, count: number): FalRequest[] {
  const { arrivals, byId } = emulator.history;
  const found: FalRequest[] = [];
  let skipped = 0;
  for (let index = arrivals.length - 1; index >= 0 && found.length < count; index -= 1) {
    const request = arrivals[index];
    if (!request || !byId.has(request.id) || !fits(filter, request)) continue;
    if (request.arrivedAt.getTime() < filter.start) break;
    if (skipped < skip) skipped += 1;
    else found.push(request);
  }
  return found;
}

function fits(filter: Filter, request: FalRequest): boolean {
  if (!filter.endpointIds.has(request.endpointId)) return false;
  if (filter.requestId !== null && filter.requestId !== request.id) return false;
  if (request.arrivedAt.getTime() >= filter.end) return false;
  if (!request.outcome) return filter.listInFlight && filter.status === null;
  return filter.status === null || filter.status === statusWord(request.outcome.status);
}

/** Which statuses count as `user_error` is not documented: 4xx is the plainest reading. */
function statusWord(status: number): "success" | "user_error" | "error" {
  if (status < 300) return "success";
  return status < 500 ? "user_error" : "error";
}

function describe(request: FalRequest, withPayloads: boolean) {
  const { arrivedAt, startedAt, endedAt, outcome } = request;
  const duration = startedAt && endedAt ? (endedAt.getTime() - startedAt.getTime()) / 1_000 : null;
  return {
    request_id: request.id,
    endpoint_id: request.endpointId,
    sent_at: arrivedAt.toISOString(),
    started_at: startedAt?.toISOString() ?? null,
    ended_at: endedAt?.toISOString() ?? null,
    status_code: outcome?.status ?? null,
    duration,
    ...(withPayloads && describePayloads(request)),
  };
}

/** Nothing is kept with X-Fal-Store-IO: 0; with sync_mode the output is not. */
function describePayloads({ storeIo, input, outcome }: FalRequest) {
  if (!storeIo) return { json_input: null, json_output: null };
  const value = input.kind === "json" ? input.value : null;
  const synced = typeof value === "object" && value !== null && "sync_mode" in value && value.sync_mode === true;
  return { json_input: value ?? null, json_output: synced ? null : (outcome?.body ?? null) };
}

/** fal's cursor is the page number in base64. */
function readCursor(cursor: unknown): number {
  const page = typeof cursor === "string" ? Number(Buffer.from(cursor, "base64").toString()) : 0;
  return Number.isInteger(page) && page >= 0 ? page : 0;
}

function writeCursor(page: number): string {
  return Buffer.from(String(page)).toString("base64");
}
