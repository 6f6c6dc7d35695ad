import { loadPolicyOptions } from "#lib/features/policies/load-policy-options.ts";
import { authorize } from "#lib/session.svelte.ts";
import { m } from "#messages";
import type { PageLoad } from "./$types";

export const load: PageLoad = async ({ parent }) => {
  await parent();
  authorize("create", "Policy");
  return { ...(await loadPolicyOptions()), title: m.policies_new() };
};
