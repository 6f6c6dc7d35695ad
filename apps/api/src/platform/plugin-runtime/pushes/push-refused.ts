/** A push proves nothing: it is for no plugin. The message is written for whoever set the channel up. */
export class PushRefused extends Error {
  override readonly name = "PushRefused";
  /** 401: not proven to be the vendor's. 403: proven, and not to be taken as it is. */
  readonly status: 401 | 403;

  constructor(status: 401 | 403, message: string) {
    super(message);
    this.status = status;
  }
}
