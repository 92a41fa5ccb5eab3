/** A cursor of the feed is a place in it, wrapped so that nobody counts with it. */
export function toPosition(position: bigint): string {
  return Buffer.from(`p${position}`, "latin1").toString("base64url");
}

/** The place in a cursor; null if this is none of ours. */
export function readPosition(cursor: string): bigint | null {
  const [, digits] = /^p(\d{1,18})$/.exec(Buffer.from(cursor, "base64url").toString("latin1")) ?? [];
  return digits === undefined ? null : BigInt(digits);
}
