import { type Channel, tidings, type VendorTemplate } from "#lib/api/client.ts";
import type { PluginCatalogue } from "#lib/plugins/plugin-catalogue.ts";
import { can } from "#lib/session.svelte.ts";

/** Why a template may not be used. */
export type VendorReview = Exclude<VendorTemplate["state"], "approved"> | "unknown";

/** More channels of a kind than a tenant has, in all likelihood. */
const MAX_CHANNELS = 20;

/**
 * What the channels of a kind last read of their vendors' review of a template, wherever it may not be used. Nothing of
 * channels whose list was never read, and nothing where the field names no vendor's template.
 */
export async function askVendorReview(
  plugins: PluginCatalogue,
  place: { kind: string; field: string; code: string },
  signal: AbortSignal,
): Promise<VendorReview[]> {
  const { kind, field, code } = place;
  if (!code || code.includes("{{") || !can("read", "Channel")) return [];
  const names = (channel: Channel) => plugins.find(channel.pluginId)?.content[field]?.namesVendorTemplate;
  // A vendor without a list has not been asked about what is missing.
  const isListed = (channel: Channel) => plugins.find(channel.pluginId)?.vendorTemplates === "listed";
  const { items } = await tidings.listChannels({ query: { kind, state: "on", limit: MAX_CHANNELS }, signal });
  const reviews = await Promise.all(
    items.filter(names).map(async (channel) => {
      const review = await reviewOf(channel, code, signal);
      return review === "unknown" && !isListed(channel) ? undefined : review;
    }),
  );
  return [...new Set(reviews.flatMap((review) => review ?? []))];
}

async function reviewOf(
  { id: channelId }: Channel,
  code: string,
  signal: AbortSignal,
): Promise<VendorReview | undefined> {
  const { items, sync } = await tidings.listVendorTemplates({
    path: { channelId },
    query: { kind: "template", code, limit: 1 },
    signal,
  });
  if (sync.syncedAt === null) return undefined;
  const state = items[0]?.state ?? "unknown";
  return state === "approved" ? undefined : state;
}
