import { classifyAddress } from "./classify-address.ts";
import type { EgressPolicy } from "./policy.ts";

export type UrlRefusal = "not_a_url" | "too_long" | "scheme" | "credentials" | "private_address";

export type UrlCheck = { ok: true; url: URL } | { ok: false; reason: UrlRefusal; detail: string };

/** Common servers' limit for a request line is 8 KB; presigned links stay below 2. */
const lengthMax = 8_000;

/**
 * May a URL that a tenant gave be fetched at all? Judges what the text alone tells; what a name resolves to is judged when the
 * connection is made (guarded-agent.ts). Use the returned URL, not the text: it is what was judged.
 */
export function checkUrl(text: string, policy: EgressPolicy): UrlCheck {
  if (text.length > lengthMax) return refuse("too_long", `The URL is longer than ${lengthMax} characters.`);
  if (!URL.canParse(text)) return refuse("not_a_url", "This is not an absolute URL.");
  const url = new URL(text);
  if (!isSchemeAllowed(url, policy))
    return refuse("scheme", policy.allowHttp ? "Only http and https are allowed." : "Only https is allowed.");
  if (url.username || url.password) return refuse("credentials", "The URL must not contain a user name or password.");
  const literals = literalAddresses(url.hostname);
  const verdicts = literals.map((address) => classifyAddress(address, policy.allowCidrs));
  const refused = verdicts.find((verdict) => verdict.reachable === "no");
  if (refused) return refuse("private_address", `The URL leads to an address that is not public (${refused.range}).`);
  return { ok: true, url };
}

function isSchemeAllowed(url: URL, policy: EgressPolicy): boolean {
  return url.protocol === "https:" || (url.protocol === "http:" && policy.allowHttp);
}

/** The URL parser has already turned 2130706433, 0x7f.1, 0177.0.0.1 and the like into dotted decimals (WHATWG URL §3.5). */
function literalAddresses(hostname: string): string[] {
  const host = hostname.replace(/\.+$/, "");
  if (host.startsWith("[")) return [host.slice(1, -1)];
  // RFC 6761 §6.3: localhost and everything below it is the loopback interface, whatever a resolver says.
  if (host === "localhost" || host.endsWith(".localhost")) return ["127.0.0.1"];
  return /^\d+\.\d+\.\d+\.\d+$/.test(host) ? [host] : [];
}

function refuse(reason: UrlRefusal, detail: string): UrlCheck {
  return { ok: false, reason, detail };
}
