import { error } from "@sveltejs/kit";
import { findOffer } from "#lib/features/marketplace/offer.ts";
import { localized } from "#lib/format/localized.ts";
import { getPluginCatalogue } from "#lib/plugins/plugin-catalogue.ts";
import { authorize } from "#lib/session.svelte.ts";
import { m } from "#messages";
import type { LayoutLoad } from "./$types";

export const load: LayoutLoad = async ({ parent, params, url, depends }) => {
  await parent();
  authorize("read", "Plugin");
  depends("tidings:plugin");
  const plugins = await getPluginCatalogue();
  const plugin = plugins.find(`${params.publisher}/${params.name}`);
  const offer = await findShown(params, url.searchParams.get("version"), plugin?.version);
  const known = offer ?? plugin;
  if (!known) error(404, m.problem_not_found());
  return { title: localized(known.name), plugins, plugin, offer };
};

/** The version that was asked for, or the one in use; the latest where that one is listed no more. */
async function findShown(
  path: { publisher: string; name: string },
  asked: string | null,
  installed: string | undefined,
) {
  if (asked !== null) return findOffer(path, asked);
  return (installed && (await findOffer(path, installed))) || findOffer(path);
}
