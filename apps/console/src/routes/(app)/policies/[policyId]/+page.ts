import { tidings } from "#lib/api/client.ts";
import { loadPolicyOptions } from "#lib/features/policies/load-policy-options.ts";
import { authorize } from "#lib/session.svelte.ts";
import type { PageLoad } from "./$types";

export const load: PageLoad = async ({ parent, params }) => {
  await parent();
  authorize("read", "Policy");
  const [policy, options] = await Promise.all([
    tidings.getPolicy({ path: { policyId: params.policyId } }),
    loadPolicyOptions(),
  ]);
  return { ...options, policy, title: policy.name };
};
