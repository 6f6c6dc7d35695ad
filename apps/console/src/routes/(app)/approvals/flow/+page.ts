import { tidings } from "#lib/api/client.ts";
import { authorize, can } from "#lib/session.svelte.ts";
import { m } from "#messages";
import type { PageLoad } from "./$types";

export const load: PageLoad = async ({ parent }) => {
  await parent();
  authorize("read", "ApprovalFlow");
  const [flow, sources, roles] = await Promise.all([
    tidings.getApprovalFlow(),
    can("read", "Source") ? tidings.listSources({ query: { limit: 100 } }) : { items: [] },
    can("read", "Role") ? tidings.listRoles() : { items: [] },
  ]);
  return { title: m.approvals_flow(), flow, sources: sources.items, roles: roles.items };
};
