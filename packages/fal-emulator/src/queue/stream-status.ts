import type { Request, Response } from "express";
import type { Emulator } from "../emulator.ts";
import type { FalRequest } from "./request.ts";
import { describeStatus, wantsLogs } from "./show-status.ts";

/** `GET …/status/stream`: status objects as server-sent events, only new logs in each, closed after COMPLETED. */
export function streamStatus(emulator: Emulator, req: Request, res: Response, request: FalRequest): void {
  const withLogs = wantsLogs(req);
  let logsSent = 0;
  let lastSent = "";
  const send = () => {
    if (emulator.history.byId.get(request.id) !== request) return void res.destroy();
    const status = describeStatus(emulator, request, withLogs ? request.logs.slice(logsSent) : null);
    logsSent = request.logs.length;
    lastSent = positionText(status);
    res.write(`data: ${JSON.stringify(status)}\n\n`);
    if (request.state === "COMPLETED") res.end();
  };
  const pings = setInterval(() => {
    res.write(": ping\n\n");
    if (positionText(describeStatus(emulator, request, null)) !== lastSent) send();
  }, emulator.settings.pingMs);
  pings.unref();
  res.on("close", () => {
    clearInterval(pings);
    request.watchers.delete(send);
  });
  res.writeHead(200, {
    "Content-Type": "text/event-stream",
    "Cache-Control": "no-cache",
    "x-fal-request-id": request.id,
  });
  res.write(": ping\n\n");
  request.watchers.add(send);
  send();
}

function positionText(status: object): string {
  return "queue_position" in status ? String(status.queue_position) : "";
}
