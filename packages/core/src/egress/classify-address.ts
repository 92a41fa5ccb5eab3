import { isIP } from "node:net";
import ipaddr from "ipaddr.js";

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** `range` is the address's kind in words, for messages: "unicast", "private", "loopback", … */
export type AddressClass = { reachable: "public" | "allowed" | "no"; range: string };

/**
 * IPv6 that the internet routes is all in here (IANA: IPv6 Global Unicast Address Assignments). Asking for it, and not only for
 * the absence of a special range, also refuses what nobody has listed yet.
 */
const globalUnicast = ipaddr.IPv6.parseCIDR("2000::/3");
/** RFC 6052 §2.1: how an IPv6-only host reaches IPv4 through NAT64. What counts is the IPv4 address inside. */
const nat64 = ipaddr.IPv6.parseCIDR("64:ff9b::/96");
/** Azure's platform services (metadata, DHCP, health) live on this one public-looking address (Azure: "What is 168.63.129.16?"). */
const azurePlatform = "168.63.129.16";

/**
 * May this address be connected to on a tenant's behalf? Public addresses may; private, local, reserved and tunnelled ones may
 * not unless a network of `allowCidrs` names them. Text that is no IP address may not. Throws on a malformed CIDR.
 */
export function classifyAddress(text: string, allowCidrs: readonly string[] = []): AddressClass {
  const address = parseAddress(text);
  if (!address) return { reachable: "no", range: "not an address" };
  const range = rangeOf(address);
  if (allowCidrs.some((cidr) => isWithin(address, cidr))) return { reachable: "allowed", range };
  return { reachable: range === "unicast" ? "public" : "no", range };
}

/** The address that packets end up at: IPv4 comes out of its IPv6 wrappings, zones go. */
function parseAddress(text: string): Address | undefined {
  const bare = text.replace(/%.*$/, "");
  if (isIP(bare) === 0) return undefined;
  if (isIP(bare) === 4) return ipaddr.IPv4.parse(bare);
  // By way of URL because ipaddr.js takes ::1.2.3.4 (IPv4-compatible, RFC 4291 §2.5.5.1) for a mapped address; in hex it does not.
  const address = ipaddr.IPv6.parse(new URL(`http://[${bare}]`).hostname.slice(1, -1));
  if (address.isIPv4MappedAddress()) return address.toIPv4Address();
  if (address.match(nat64)) return new ipaddr.IPv4(address.toByteArray().slice(-4));
  return address;
}

function rangeOf(address: Address): string {
  if (address.toString() === azurePlatform) return "cloud platform";
  const range = address.range();
  if (range !== "unicast" || address.kind() === "ipv4") return range;
  return address.match(globalUnicast[0], globalUnicast[1]) ? range : "unassigned";
}

function isWithin(address: Address, cidr: string): boolean {
  const [network, bits] = ipaddr.parseCIDR(cidr);
  return network.kind() === address.kind() && address.match(network, bits);
}
