/** Where URLs that a tenant gave may lead. From EGRESS_ALLOW_CIDRS and EGRESS_ALLOW_HTTP. */
export type EgressPolicy = {
  /** Networks that are not public and may be reached all the same, e.g. `10.1.0.0/16`. */
  allowCidrs: readonly string[];
  /** Whether plain http will do. */
  allowHttp: boolean;
};
