import type { PlannedRequest, PluginManifest } from "@tidings/sdk/plugin";
import { type Addition, additionOf } from "../auth/addition.ts";
import type { ChannelHandle } from "../channel.ts";
import { BlockedError } from "../outbound/blocked-error.ts";
import { allowedHosts, readDestination } from "../outbound/destination.ts";
import type { OutboundPolicy } from "../outbound/policy.ts";
import { readHeaders } from "./planned-headers.ts";

/** A request as it would go out. */
export interface PreviewedRequest {
  method: PlannedRequest["method"];
  url: string;
  /** Those of the plugin, with ours; names in lower case. */
  headers: Record<string, string>;
  body: string | null;
  /** What the named scheme of the manifest adds; null for a request that is not authenticated. */
  authentication: ({ scheme: string } & Addition) | null;
  /** Why the host would not let it out; null when it would. */
  blockedBecause: string | null;
}

/** What would become of a planned request, by the same checks that it passes before it is sent. */
export function previewRequest(
  { method, url, headers, body, auth }: PlannedRequest,
  channel: ChannelHandle,
  manifest: PluginManifest,
  policy: OutboundPolicy,
): PreviewedRequest {
  const scheme = auth === undefined ? undefined : manifest.auth[auth];
  const shown = {
    method,
    url,
    headers: headers ?? {},
    body: body ?? null,
    authentication: auth !== undefined && scheme ? { scheme: auth, ...additionOf(scheme) } : null,
  };
  try {
    const sent = readHeaders(headers);
    readDestination(url, allowedHosts(manifest.hosts, channel.settings), policy);
    if (auth !== undefined && !scheme)
      throw new BlockedError("The plugin names a scheme that it does not have.");
    return { ...shown, headers: sent, blockedBecause: null };
  } catch (error) {
    if (!(error instanceof BlockedError)) throw error;
    return { ...shown, blockedBecause: error.message };
  }
}
