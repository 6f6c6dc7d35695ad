import { tidings } from "#lib/api/client.ts";
import { loadDepartments, loadTagNames } from "#lib/features/users/load-user-options.ts";
import { getPluginCatalogue } from "#lib/plugins/plugin-catalogue.ts";
import { authorize } from "#lib/session.svelte.ts";
import { m } from "#messages";
import type { PageLoad } from "./$types";

export const load: PageLoad = async ({ parent, params }) => {
  await parent();
  authorize("update", "User");
  const [user, plugins, tags, departments] = await Promise.all([
    tidings.getUser({ path: { userId: params.userId } }),
    getPluginCatalogue(),
    loadTagNames(),
    loadDepartments(),
  ]);
  return { user, plugins, tags, departments, title: m.users_edit_title({ name: user.name }) };
};
