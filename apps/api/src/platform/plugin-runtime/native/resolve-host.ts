import type { NativeOpenInput, PluginManifest } from "@tidings/sdk/plugin";
import type { ChannelHandle } from "../channel.ts";
import { endpointOf, type ResolveHost, resolvePublic } from "../outbound/address-guard.ts";
import { BlockedError } from "../outbound/blocked-error.ts";
import { allowedHosts, readHost } from "../outbound/destination.ts";
import type { OutboundPolicy } from "../outbound/policy.ts";

/**
 * The `resolve` that a native plugin is handed: only hosts of the manifest, only public addresses. A private host passes
 * if the policy allows it together with the port that the plugin is about to dial.
 */
export function guardResolve(
  { settings }: Pick<ChannelHandle, "settings">,
  manifest: Pick<PluginManifest, "hosts">,
  policy: OutboundPolicy,
  resolve: ResolveHost,
): NativeOpenInput["resolve"] {
  const hosts = allowedHosts(manifest.hosts, settings);
  return async (host, port) => {
    const name = readHost(host);
    if (!name || !hosts.has(name)) throw new BlockedError("The host is not among those of this channel.");
    const bareName = name.replace(/^\[(.*)\]$/, "$1");
    const isAllowed = policy.allowedEndpoints.has(endpointOf(bareName, port));
    const addresses = isAllowed ? await resolve(bareName) : await resolvePublic(bareName, resolve);
    // One address is dialled, without a race between families: IPv4 is the one that works everywhere.
    const chosen = addresses.find(({ family }) => family === 4) ?? addresses[0];
    if (!chosen) throw Object.assign(new Error("the host has no address"), { code: "ENOTFOUND" });
    return chosen.address;
  };
}
