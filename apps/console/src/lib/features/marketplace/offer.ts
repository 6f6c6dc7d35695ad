import { type MarketplacePluginDetail, tidings } from "#lib/api/client.ts";
import { ProblemError } from "#lib/api/problem.ts";
import { localized } from "#lib/format/localized.ts";
import type { TitleOf } from "./grants.ts";

/** A plugin's id, as two segments of a path. */
export interface PluginPath {
  publisher: string;
  name: string;
}

export function pluginPath(pluginId: string): PluginPath {
  const [publisher = "", name = ""] = pluginId.split("/");
  return { publisher, name };
}

/** What the marketplace says of a version, the latest unless one is named; undefined where it lists none such. */
export async function findOffer(
  path: PluginPath,
  version?: string,
): Promise<MarketplacePluginDetail | undefined> {
  try {
    return await tidings.getMarketplacePlugin({ path, query: { version } });
  } catch (error) {
    if (error instanceof ProblemError && error.problem.status === 404) return undefined;
    throw error;
  }
}

/** The titles of the settings that a listed version has. */
export function offeredTitles({ reach }: MarketplacePluginDetail): TitleOf {
  const titles = new Map(
    [...reach.settingsHosts, ...reach.secrets].map(({ name, title }) => [name, localized(title)]),
  );
  return (field) => titles.get(field) ?? field;
}
