import { typeidUnboxed } from "typeid-js";

/** What an id's prefix says about it (design: words). Ids are UUIDv7 in base32: allocated before the row, sortable by time. */
export type IdPrefix =
  | "ten"
  | "key"
  | "job"
  | "att"
  | "out"
  | "file"
  | "evt"
  | "ep"
  | "dlv"
  | "bat"
  | "bgt"
  | "rcp"
  | "sec"
  | "rpl"
  | "req"
  | "usr"
  | "ses"
  | "adk"
  | "aud"
  | "blk"
  | "wrk";

export function newId(prefix: IdPrefix): string {
  return typeidUnboxed(prefix);
}

const idPattern = /^[a-z]{2,4}_[0-7][0-9a-hjkmnp-tv-z]{25}$/;

/** True if `text` could be an id of this kind; lets a route answer 404 for nonsense without asking the database. */
export function isId(prefix: IdPrefix, text: string): boolean {
  return text.startsWith(`${prefix}_`) && idPattern.test(text);
}
