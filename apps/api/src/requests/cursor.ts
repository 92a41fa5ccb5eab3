import { type IdPrefix, isId } from "@darkroom/core/ids";

/** A cursor is the last id of a page, wrapped so that nobody takes it for more. It never goes stale. */
export function toCursor(id: string): string {
  return Buffer.from(id, "latin1").toString("base64url");
}

/** The id in a cursor; null if this is none of ours. */
export function readCursor(prefix: IdPrefix, cursor: string): string | null {
  const id = Buffer.from(cursor, "base64url").toString("latin1");
  return isId(prefix, id) && toCursor(id) === cursor ? id : null;
}
