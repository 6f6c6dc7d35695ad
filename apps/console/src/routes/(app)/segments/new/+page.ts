import { loadRuleOptions } from "#lib/features/segments/load-rule-options.ts";
import { authorize } from "#lib/session.svelte.ts";
import { m } from "#messages";
import type { PageLoad } from "./$types";

export const load: PageLoad = async ({ parent }) => {
  await parent();
  authorize("create", "Segment");
  return { options: await loadRuleOptions(), title: m.segments_new() };
};
