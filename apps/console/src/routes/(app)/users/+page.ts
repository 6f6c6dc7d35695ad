import { loadTagNames } from "#lib/features/users/load-user-options.ts";
import { getPluginCatalogue } from "#lib/plugins/plugin-catalogue.ts";
import { authorize } from "#lib/session.svelte.ts";
import { m } from "#messages";
import type { PageLoad } from "./$types";

export const load: PageLoad = async ({ parent }) => {
  await parent();
  authorize("read", "User");
  const [plugins, tags] = await Promise.all([getPluginCatalogue(), loadTagNames()]);
  return { plugins, tags, title: m.users_title() };
};
