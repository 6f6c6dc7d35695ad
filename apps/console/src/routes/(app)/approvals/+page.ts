import { redirect } from "@sveltejs/kit";
import { authorize, can } from "#lib/session.svelte.ts";
import { m } from "#messages";
import type { PageLoad } from "./$types";

export const load: PageLoad = async ({ parent }) => {
  await parent();
  authorize("read", "ApprovalRequest");
  if (!can("approve", "ApprovalRequest")) redirect(302, "/approvals/all");
  return { title: m.approvals_title() };
};
