import { tidings } from "#lib/api/client.ts";
import { authorize, can } from "#lib/session.svelte.ts";
import { m } from "#messages";
import type { PageLoad } from "./$types";

export const load: PageLoad = async ({ parent }) => {
  await parent();
  authorize("read", "Member");
  const { items: roles } = can("read", "Role") ? await tidings.listRoles() : { items: [] };
  return { roles, title: m.members_title() };
};
