import { openObject } from "@darkroom/core/storage/read-object";
import type { Api } from "../../../api.ts";
import { notFound, type Reply } from "../../../reply.ts";

/** Pictures never change under their id, but a session ends and an erased job is gone: remembered for some minutes, by this browser. */
const rememberSeconds = 600;

/**
 * Sends an object through this API instead of a link into storage: the dashboard loads nothing from any other host, and a link
 * could be passed on to those who may not see it.
 */
export async function serveObject(api: Pick<Api, "storage">, key: string, contentType: string): Promise<Reply> {
  const object = await openObject(api.storage, { key });
  if (object.outcome === "missing") return notFound("picture");
  return {
    kind: "stream",
    start: (response) => {
      response.writeHead(200, {
        "content-type": contentType,
        ...(object.bytes === undefined ? {} : { "content-length": object.bytes }),
        "cache-control": `private, max-age=${rememberSeconds}`,
        "content-disposition": "inline",
      });
      response.once("close", () => object.body.destroy());
      object.body.once("error", () => response.destroy());
      object.body.pipe(response);
    },
  };
}
