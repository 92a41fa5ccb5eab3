import type { IncomingMessage } from "node:http";
import type { Emulator } from "../emulator.ts";

/** Where the caller reaches this emulator: behind a container's port mapping only the caller knows. */
export function baseUrl(emulator: Emulator, req: IncomingMessage): string {
  return emulator.publicUrl ?? `http://${req.headers.host ?? "127.0.0.1"}`;
}
