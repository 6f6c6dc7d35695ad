import { error } from "@sveltejs/kit";
import { tidings } from "#lib/api/client.ts";
import { findOffer } from "#lib/features/marketplace/offer.ts";
import { authorize } from "#lib/session.svelte.ts";
import { m } from "#messages";
import type { PageLoad } from "./$types";

export const load: PageLoad = async ({ parent, params, url }) => {
  const { plugin } = await parent();
  authorize("update", "Plugin");
  const installation = plugin?.installation;
  const version = url.searchParams.get("to") ?? installation?.upgrade?.version;
  if (!plugin || !installation || !version) error(404, m.problem_not_found());
  const [offered, check] = await Promise.all([
    findOffer(params, version),
    tidings.checkPluginUpgrade({ path: params, body: { version } }),
  ]);
  if (!offered) error(404, m.problem_not_found());
  return { plugin, installation, offered, check };
};
