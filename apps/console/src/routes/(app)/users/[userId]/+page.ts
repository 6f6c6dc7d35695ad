import { tidings } from "#lib/api/client.ts";
import { loadScopes } from "#lib/features/users/load-user-options.ts";
import { getPluginCatalogue } from "#lib/plugins/plugin-catalogue.ts";
import { authorize, can } from "#lib/session.svelte.ts";
import type { PageLoad } from "./$types";

export const load: PageLoad = async ({ parent, params, depends }) => {
  await parent();
  authorize("read", "User");
  depends("console:user");
  const { userId } = params;
  const [user, quietHours, plugins, scopes, suppressed] = await Promise.all([
    tidings.getUser({ path: { userId } }),
    tidings.getUserQuietHours({ path: { userId } }),
    getPluginCatalogue(),
    loadScopes(),
    can("read", "Suppression") ? tidings.lookUpSuppressions({ body: { userId } }) : { items: [] },
  ]);
  return { user, quietHours, plugins, scopes, suppressions: suppressed.items, title: user.name };
};
