/**
 * Whether the store says by its ETag that it has exactly the bytes that were sent. AWS and most others name an object put in one
 * piece by the MD5 of what they have received (AWS: Object, ETag), and so found upload framing that was stored with it or a byte that
 * turned. An object in parts, or encrypted with keys of KMS or of the customer, has another tag: then nothing is said.
 */
export function vouchesFor(etag: string | undefined, md5: string | undefined): boolean {
  return md5 !== undefined && etag?.replaceAll('"', "").toLowerCase() === md5;
}
