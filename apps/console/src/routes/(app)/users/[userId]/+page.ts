import { tidings } from "#lib/api/client.ts";
import { loadScopes } from "#lib/features/users/load-user-options.ts";
import { getPluginCatalogue } from "#lib/plugins/plugin-catalogue.ts";
import { authorize } from "#lib/session.svelte.ts";
import type { PageLoad } from "./$types";

export const load: PageLoad = async ({ parent, params, depends }) => {
  await parent();
  authorize("read", "User");
  depends("console:user");
  const [user, quietHours, plugins, scopes] = await Promise.all([
    tidings.getUser({ path: { userId: params.userId } }),
    tidings.getUserQuietHours({ path: { userId: params.userId } }),
    getPluginCatalogue(),
    loadScopes(),
  ]);
  return { user, quietHours, plugins, scopes, title: user.name };
};
