export type QueueAction = "result" | "status" | "stream" | "cancel";

export type QueuePath =
  | { kind: "submit"; endpointId: string; app: string }
  | { kind: "request"; app: string; requestId: string; action: QueueAction }
  | { kind: "unknown" };

const ACTIONS: Record<string, QueueAction> = {
  "": "result",
  response: "result",
  status: "status",
  "status/stream": "stream",
  cancel: "cancel",
};

/** The first segment that makes an app name three segments long. */
const NAMESPACES = ["workflows", "comfy"];

/**
 * Reads a path of queue.fal.run. Submit carries the full endpoint id; request URLs carry the app alone (JS client, captures) or
 * the full id, with or without `/response` (docs): all are accepted, and a trailing slash too.
 */
export function parseQueuePath(path: string): QueuePath {
  const segments = path.split("/").filter((segment) => segment !== "");
  const appLength = NAMESPACES.includes(segments[0] ?? "") ? 3 : 2;
  if (segments.length < appLength) return { kind: "unknown" };
  const app = segments.slice(0, appLength).join("/");
  const at = segments.indexOf("requests", appLength);
  if (at < 0) return { kind: "submit", endpointId: segments.join("/"), app };
  const requestId = segments[at + 1];
  const action = ACTIONS[segments.slice(at + 2).join("/")];
  return requestId && action ? { kind: "request", app, requestId, action } : { kind: "unknown" };
}
