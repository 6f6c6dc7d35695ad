import type { RequestContext } from "../context.ts";

/** What a request carries from one step of its handling to the next. */
export interface AppEnv {
  Variables: {
    ctx: RequestContext;
    requestId: string;
    ipAddress: string;
    /** The JSON that came, read and parsed; undefined without any. */
    body: unknown;
  };
}
