import type { PluginManifest } from "@tidings/sdk/plugin";
import type { HttpRequest } from "../http-request.ts";

/**
 * Over what the requests of an owner go out. HTTP/2 carries many at once over one connection, which a vendor may take
 * for the account and the token that it was first used with; so nobody shares it with anybody else.
 */
export function connectionFor(owner: string, { http2 }: PluginManifest): Pick<HttpRequest, "http2"> {
  return http2 ? { http2: owner } : {};
}
