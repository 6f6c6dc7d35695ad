import { tidings } from "#lib/api/client.ts";
import { authorize } from "#lib/session.svelte.ts";
import { m } from "#messages";
import type { PageLoad } from "./$types";

export const load: PageLoad = async ({ parent }) => {
  await parent();
  authorize("read", "Role");
  const { items: roles } = await tidings.listRoles();
  return { roles, title: m.roles_title() };
};
