import type { IncomingHttpHeaders } from "node:http";

/** First value of a header that may come several times. */
export function headerText(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
}
