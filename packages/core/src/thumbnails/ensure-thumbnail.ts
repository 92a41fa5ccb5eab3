import pLimit from "p-limit";
import type { Context } from "../context.ts";
import { query, sql } from "../db/database.ts";
import { putObject } from "../storage/put-object.ts";
import { readObject } from "../storage/read-object.ts";
import { createThumbnailProcess } from "./thumbnail-process.ts";

/** Whose small picture: the row that names it, and where the large one is. */
export type Pictured = { table: "outputs" | "files"; id: string; key: string; thumbKey: string | null };

export type Thumbnails = {
  /** The key of its thumbnail, made now if nobody has looked at it before; null if none can be made. */
  ensure(picture: Pictured): Promise<string | null>;
  close(): void;
};

/** Each holds a whole picture in memory. */
const atOnce = 2;
/** Pictures that could not be made small are not tried again by this process. */
const hopelessMax = 10_000;

/**
 * Makes thumbnails when they are first looked at: most pictures never are, so making one for each would cost more than all the
 * looking does, and success would wait for nothing. They are kept beside the picture, and go with it.
 */
export function createThumbnails(context: Pick<Context, "db" | "storage" | "env" | "log">): Thumbnails {
  const maker = createThumbnailProcess();
  const limit = pLimit(atOnce);
  const making = new Map<string, Promise<string | null>>();
  const hopeless = new Set<string>();

  const make = async (picture: Pictured): Promise<string | null> => {
    const { OUTPUT_BYTES_MAX: bytesMax } = context.env;
    const read = await readObject(context.storage, { key: picture.key, bytesMax });
    const webp = read.outcome === "read" ? await maker.make(read.bytes) : null;
    if (!webp) {
      if (hopeless.size >= hopelessMax) hopeless.clear();
      hopeless.add(picture.id);
      context.log.info({ id: picture.id, read: read.outcome }, "no thumbnail can be made");
      return null;
    }
    const key = thumbnailKey(picture.key);
    await putObject(context.storage, { key, bytes: webp, contentType: "image/webp" });
    await keepKey(context, picture, key);
    return key;
  };
  return {
    ensure: (picture) => {
      if (picture.thumbKey) return Promise.resolve(picture.thumbKey);
      if (hopeless.has(picture.id)) return Promise.resolve(null);
      const begun = making.get(picture.id);
      if (begun) return begun;
      const promise = limit(() => make(picture)).finally(() => making.delete(picture.id));
      making.set(picture.id, promise);
      return promise;
    },
    close: maker.close,
  };
}

/** Beside the picture: what deletes everything of a job by its prefix deletes this, too. */
export function thumbnailKey(key: string): string {
  return `${key}.thumb.webp`;
}

async function keepKey({ db }: Pick<Context, "db">, { table, id }: Pictured, key: string): Promise<void> {
  const set = sql`set thumb_key = ${key} where id = ${id}`;
  await query(db, table === "outputs" ? sql`update outputs ${set} returning 1` : sql`update files ${set} returning 1`);
}
