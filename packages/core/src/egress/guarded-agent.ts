import { promises as dns, type LookupAddress } from "node:dns";
import { isIP, type LookupFunction } from "node:net";
import { Agent, buildConnector } from "undici";
import { classifyAddress } from "./classify-address.ts";
import type { EgressPolicy } from "./policy.ts";

/** A name or address that the policy does not let us connect to. undici's fetch() wraps it: see findBlockedAddress. */
export class BlockedAddressError extends Error {
  override readonly name = "BlockedAddressError";
  readonly code = "EGRESS_BLOCKED";
  readonly host: string;

  constructor(host: string, detail: string) {
    super(`${host} may not be reached: ${detail}`);
    this.host = host;
  }
}

export type GuardedAgentOptions = {
  connectTimeoutMs?: number;
  /** From the request sent to the answer's headers. */
  headersTimeoutMs?: number;
  /** Between two pieces of the body. */
  idleTimeoutMs?: number;
  /** Bounds what one slow receiver may hold open. */
  connectionsPerOriginMax?: number;
  /** The resolver; tests bring their own. */
  resolve?: (hostname: string) => Promise<LookupAddress[]>;
};

/**
 * An agent for URLs that a tenant gave. The addresses a name resolves to are filtered at the moment of connecting, and exactly
 * those are connected to: a name that changes its answer after checkUrl() gains nothing. Make one per policy and process.
 * To be used with undici's own request() and fetch(), not Node's. request() follows no redirect; give fetch() `redirect: "manual"`.
 */
export function createGuardedAgent(policy: EgressPolicy, options: GuardedAgentOptions = {}): Agent {
  classifyAddress("127.0.0.1", policy.allowCidrs); // A malformed CIDR throws here, at boot, not at the first request.
  const connector = buildConnector({
    timeout: options.connectTimeoutMs ?? 10_000,
    lookup: guardedLookup(policy, options.resolve ?? resolveAll),
  });
  return new Agent({
    connect: (target, callback) => {
      const refusal = refuseTarget(target, policy);
      if (refusal) callback(refusal, null);
      else connector(target, callback);
    },
    headersTimeout: options.headersTimeoutMs ?? 30_000,
    bodyTimeout: options.idleTimeoutMs ?? 30_000,
    connections: options.connectionsPerOriginMax ?? 20,
  });
}

/** The BlockedAddressError in an error or among its causes. */
export function findBlockedAddress(error: unknown): BlockedAddressError | undefined {
  if (error instanceof BlockedAddressError) return error;
  return error instanceof Error && error.cause ? findBlockedAddress(error.cause) : undefined;
}

/** Node resolves no name for a literal address, so lookup() never sees it; and a redirect may have dropped https. */
function refuseTarget(target: buildConnector.Options, policy: EgressPolicy): BlockedAddressError | undefined {
  if (target.protocol !== "https:" && !policy.allowHttp)
    return new BlockedAddressError(target.hostname, "plain http is not allowed");
  const literal = target.hostname.replace(/^\[|\]$/g, "");
  if (isIP(literal) === 0) return undefined;
  const { reachable, range } = classifyAddress(literal, policy.allowCidrs);
  return reachable === "no" ? new BlockedAddressError(literal, `the address is not public (${range})`) : undefined;
}

function guardedLookup(policy: EgressPolicy, resolve: (hostname: string) => Promise<LookupAddress[]>): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname).then(
      (found) => {
        const allowed = found.filter(({ address }) => classifyAddress(address, policy.allowCidrs).reachable !== "no");
        const [first] = allowed;
        if (!first) callback(new BlockedAddressError(hostname, "no address of it is public"), "");
        else if (options.all) callback(null, allowed);
        else callback(null, first.address, first.family);
      },
      (error: NodeJS.ErrnoException) => callback(error, ""),
    );
  };
}

function resolveAll(hostname: string): Promise<LookupAddress[]> {
  return dns.lookup(hostname, { all: true });
}
