import type { FalRequest } from "./request.ts";

/** The URLs fal hands out: absolute, with the app alone and without `/response`, as captured replies show. */
export function requestUrls(request: FalRequest) {
  const response_url = `${request.base}/queue.fal.run/${request.app}/requests/${request.id}`;
  return { response_url, status_url: `${response_url}/status`, cancel_url: `${response_url}/cancel` };
}
