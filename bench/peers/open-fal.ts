import { createFalClient } from "@fal-ai/client";
import { need, type PeerSettings } from "./peer-settings.ts";

export const model = "fal-ai/z-image/turbo";

/** `@fal-ai/client` as it comes, but for the host: the emulator has fal's as the first segment of its paths. */
export function openFal(settings: PeerSettings) {
  const { url, key } = need(settings.fal);
  const toEmulator: typeof fetch = (resource, init) => fetch(String(resource).replace(/^https:\/\//, `${url}/`), init);
  return createFalClient({ credentials: key, fetch: toEmulator });
}
