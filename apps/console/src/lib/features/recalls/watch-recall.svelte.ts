import { untrack } from "svelte";
import type { RecallPreview } from "../../api/client.ts";
import { LiveResource } from "../../data/live-resource.svelte.ts";
import { isBeingRecalled, latestMark } from "./recall.rules.ts";

const REFRESH_MS = 3000;

/**
 * What can be taken back, and how far a recall is, as long as either may change. `onchanged` is called when a recall has
 * begun, got on or ended: then what it is about has changed too. Created while a component initialises.
 */
export function watchRecall(
  fetchPreview: (signal: AbortSignal) => Promise<RecallPreview>,
  { isOver, onchanged }: { isOver: () => boolean; onchanged: () => void },
): LiveResource<RecallPreview> {
  const resource = new LiveResource(fetchPreview, {
    refreshMs: REFRESH_MS,
    until: (value) => !isBeingRecalled(value) && isOver(),
  });
  let known: string | undefined;
  $effect(() => {
    const mark = resource.value && latestMark(resource.value);
    if (known !== undefined && mark !== known) untrack(onchanged);
    known = mark;
  });
  return resource;
}
