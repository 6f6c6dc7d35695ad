import { tidings } from "#lib/api/client.ts";
import { loadRuleOptions } from "#lib/features/segments/load-rule-options.ts";
import { authorize } from "#lib/session.svelte.ts";
import type { PageLoad } from "./$types";

export const load: PageLoad = async ({ parent, params, depends }) => {
  await parent();
  authorize("read", "Segment");
  depends("console:segment");
  const [segment, options] = await Promise.all([
    tidings.getSegment({ path: { segmentId: params.segmentId } }),
    loadRuleOptions(),
  ]);
  return { segment, options, title: segment.name };
};
