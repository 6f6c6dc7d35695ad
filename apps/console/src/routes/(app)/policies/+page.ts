import { loadPolicyOptions } from "#lib/features/policies/load-policy-options.ts";
import { authorize } from "#lib/session.svelte.ts";
import { m } from "#messages";
import type { PageLoad } from "./$types";

export const load: PageLoad = async ({ parent }) => {
  await parent();
  authorize("read", "Policy");
  const { channels } = await loadPolicyOptions();
  return { channels, title: m.policies_title() };
};
