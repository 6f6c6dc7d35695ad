/** A call that the host refuses to make. Nothing was sent; the message is fit for the tenant's staff. */
export class BlockedError extends Error {
  override readonly name = "BlockedError";
  readonly code = "blocked";
}
