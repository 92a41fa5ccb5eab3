/** Headers that a delivery sets itself, or that would change how it is sent (RFC 9110 §7.6, RFC 9112). A tenant may not set them. */
const reserved = new Set([
  "accept-encoding",
  "connection",
  "content-encoding",
  "content-length",
  "content-type",
  "expect",
  "host",
  "keep-alive",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "user-agent",
]);

export function isReservedHeader(name: string): boolean {
  const lower = name.toLowerCase();
  return reserved.has(lower) || lower.startsWith("webhook-") || lower.startsWith("proxy-") || lower.startsWith(":");
}
