import type { Context } from "@darkroom/core/context";
import { presignGet } from "@darkroom/core/storage/presign-get";
import type { Reply } from "../reply.ts";

/** Browsers may remember where a link led, but far shorter than that place can be read. */
const rememberSecondsMax = 300;

/** 302 to a fresh presigned link. The picture may be shown by other sites: that is what stable links are for. */
export async function redirectToObject(context: Pick<Context, "env" | "storage">, key: string): Promise<Reply> {
  const { OUTPUT_LINK_SECONDS: expiresInSeconds } = context.env;
  const location = await presignGet(context.storage, { key, expiresInSeconds });
  const rememberSeconds = Math.min(rememberSecondsMax, Math.floor(expiresInSeconds / 4));
  const headers = {
    "cache-control": `private, max-age=${rememberSeconds}`,
    "cross-origin-resource-policy": "cross-origin",
  };
  return { kind: "redirect", location, headers };
}
