import { type PluginListing, tidings } from "#lib/api/client.ts";
import { localized } from "#lib/format/localized.ts";
import type { Option } from "#lib/ui/form/option.ts";

const DELAY_MS = 200;
/** Versions that one search looks at; a plugin has several. */
const VERSIONS = 100;

/** The plugins that are listed, as far as a search finds them. */
export class ListedPlugins {
  options = $state.raw<Option[]>([]);
  loading = $state(false);
  /** There are further ones, which a more exact search would find. */
  hasMore = $state(false);
  #controller = new AbortController();

  async search(text: string, delayMs = DELAY_MS): Promise<void> {
    this.#controller.abort();
    this.#controller = new AbortController();
    const { signal } = this.#controller;
    this.loading = true;
    await new Promise((resolve) => setTimeout(resolve, delayMs));
    if (signal.aborted) return;
    const query = {
      state: "listed" as const,
      query: text.trim().slice(0, 100) || undefined,
      limit: VERSIONS,
    };
    // A search that failed has found nothing; typing on tries again.
    const page = await tidings.listListings({ query, signal }).catch(() => undefined);
    if (signal.aborted) return;
    this.options = toOptions(page?.items ?? []);
    this.hasMore = Boolean(page?.nextCursor);
    this.loading = false;
  }

  stop(): void {
    this.#controller.abort();
  }
}

const toOptions = (listings: readonly PluginListing[]): Option[] => {
  const names = new Map(listings.map(({ pluginId, name }) => [pluginId, localized(name)]));
  return [...names].map(([value, name]) => ({ value, label: value, description: name }));
};
