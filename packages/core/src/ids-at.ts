import type { IdPrefix } from "./ids.ts";

const digits = "0123456789abcdefghjkmnpqrstvwxyz";

/**
 * The lowest id of this kind that could have been made at a time: ids are UUIDv7, whose first 48 bits are milliseconds, in base32.
 * So a time range is a range of ids, which every index that ends with the id can use.
 */
export function idAt(prefix: IdPrefix, at: Date): string {
  let bits = BigInt(Math.max(0, at.getTime())) << 80n;
  let text = "";
  for (let place = 0; place < 26; place += 1) {
    text = digits.charAt(Number(bits & 31n)) + text;
    bits >>= 5n;
  }
  return `${prefix}_${text}`;
}
