import type { RequestContext } from "../context.ts";

/** Whose publisher's token was shown. */
export interface PublisherTokenHolder {
  publisherId: string;
  slug: string;
  /** The token's. */
  name: string;
}

/** What a request carries from one step of its handling to the next. */
export interface AppEnv {
  Variables: {
    ctx: RequestContext;
    /** In place of `ctx`, where a publisher's token was shown. */
    publisher: PublisherTokenHolder | undefined;
    requestId: string;
    ipAddress: string;
    /** The JSON that came, read and parsed; undefined without any. */
    body: unknown;
  };
}
