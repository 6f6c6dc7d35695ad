import type { Recall, RecallPreview } from "../../api/client.ts";

/** Whether there is anything to take back, or to stop of a message that can be taken back. */
export function isRecallable(preview: RecallPreview | undefined): boolean {
  if (!preview || isBeingRecalled(preview)) return false;
  const canRecall = preview.channels.some((channel) => channel.canRecall);
  return preview.recallableCount > 0 || (preview.cancelsRest && canRecall);
}

export function isBeingRecalled(preview: RecallPreview | undefined): boolean {
  return preview?.recalls.some(({ state }) => state === "running") ?? false;
}

/** Differs whenever the latest recall has got on. */
export function latestMark({ recalls: [latest] }: RecallPreview): string {
  return latest ? `${latest.id} ${latest.state} ${doneCount(latest)}` : "";
}

/** Deliveries of a recall that have an outcome. */
export function doneCount({ counts }: Recall): number {
  return counts.recalled + counts.tooLate + counts.failed;
}

/** Of a message that was under way, more is taken back than could be when it was asked for. */
export function totalCount(recall: Recall): number {
  return Math.max(recall.deliveryCount, doneCount(recall));
}
