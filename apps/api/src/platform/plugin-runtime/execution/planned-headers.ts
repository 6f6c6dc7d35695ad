import { BlockedError } from "../outbound/blocked-error.ts";
import { RESERVED_HEADERS } from "../outbound/reserved-headers.ts";

const USER_AGENT = "Tidings/1";

/** The headers of a planned request, in lower case; throws BlockedError for one that is not the plugin's to set. */
export function readHeaders(headers: Record<string, string> = {}): Record<string, string> {
  const lowered: Record<string, string> = { "user-agent": USER_AGENT };
  for (const name in headers) {
    const key = name.toLowerCase();
    if (RESERVED_HEADERS.has(key)) throw new BlockedError(`The plugin sets the reserved header ${key}.`);
    lowered[key] = headers[name] ?? "";
  }
  return lowered;
}
