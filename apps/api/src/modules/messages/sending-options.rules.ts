import type { schema } from "@tidings/db";

/** The options of a message as they are asked for. */
export interface AskedOptions {
  quietHours?: schema.SendingOptions["quietHours"] | undefined;
  deduplicateSeconds?: number | undefined;
}

/** What is kept with the message: only what was asked for, so that the tenant's settings stand for the rest. */
export function optionsOf({ quietHours, deduplicateSeconds }: AskedOptions): schema.SendingOptions {
  return {
    ...(quietHours === undefined ? {} : { quietHours }),
    ...(deduplicateSeconds === undefined ? {} : { deduplicateSeconds }),
  };
}
