import type { PluginManifest } from "@tidings/sdk/plugin";
import { type ChannelHandle, revisionKey } from "../channel.ts";
import type { HttpRequest } from "./http-client.ts";

/**
 * Over what a channel's requests go out. HTTP/2 carries many at once over one connection, which a vendor may take for
 * the account that it was first used with; so no channel shares it with another.
 */
export function connectionFor(channel: ChannelHandle, { http2 }: PluginManifest): Pick<HttpRequest, "http2"> {
  return http2 ? { http2: revisionKey(channel) } : {};
}
