const marker = Buffer.from('"data:');
const quote = 0x22;
const backslash = 0x5c;

/**
 * A JSON text with the contents of its data URIs left out: `"data:image/png;base64,…"` becomes `"data:"`. Parsing tens of
 * megabytes would hold up everything else in the process; whoever wants the pictures reads them from the whole text.
 * A text with escapes inside a data URI is returned as it is, for the parser to judge.
 */
export function shortenDataUris(json: Buffer): Buffer {
  const parts: Buffer[] = [];
  let from = 0;
  for (let start = json.indexOf(marker); start !== -1; start = json.indexOf(marker, from)) {
    const end = json.indexOf(quote, start + 1);
    // An escaped quote: this is no string that begins with data:, but the inside of another, or one that goes on.
    if (end === -1 || json[start - 1] === backslash || json[end - 1] === backslash) return json;
    parts.push(json.subarray(from, start + marker.length));
    from = end;
  }
  return parts.length === 0 ? json : Buffer.concat([...parts, json.subarray(from)]);
}
