/** A call that the host refuses to make. Nothing was sent; the message is fit for the tenant's staff. */
export class BlockedError extends Error {
  override readonly name = "BlockedError";
  readonly code = "blocked";
}

/** What the operator names in `INTERNAL_ENDPOINTS`, as a refusal speaks of it. */
export const OWN_NETWORK = "for servers in the own network that the operator allows";

/** The address stays out of the message: it would tell a tenant what an internal name resolves to. */
export const notPublic = (): BlockedError =>
  new BlockedError("The host is not a public address, nor one in the own network that the operator allows.");
