import { loadDepartments, loadTagNames } from "#lib/features/users/load-user-options.ts";
import { getPluginCatalogue } from "#lib/plugins/plugin-catalogue.ts";
import { authorize } from "#lib/session.svelte.ts";
import { m } from "#messages";
import type { PageLoad } from "./$types";

export const load: PageLoad = async ({ parent }) => {
  await parent();
  authorize("create", "User");
  const [plugins, tags, departments] = await Promise.all([
    getPluginCatalogue(),
    loadTagNames(),
    loadDepartments(),
  ]);
  return { plugins, tags, departments, title: m.users_new() };
};
