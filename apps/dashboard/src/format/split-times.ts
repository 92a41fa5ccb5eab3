const isoTime = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g;

/** A text in parts: its UTC times, and what stands between. */
export function splitTimes(text: string): { text: string; isTime: boolean }[] {
  const parts: { text: string; isTime: boolean }[] = [];
  let end = 0;
  for (const match of text.matchAll(isoTime)) {
    if (match.index > end) parts.push({ text: text.slice(end, match.index), isTime: false });
    parts.push({ text: match[0], isTime: true });
    end = match.index + match[0].length;
  }
  if (end < text.length) parts.push({ text: text.slice(end), isTime: false });
  return parts;
}
