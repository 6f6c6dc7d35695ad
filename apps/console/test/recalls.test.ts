import { describe, expect, it } from "vitest";
import type { Recall, RecallPreview } from "../src/lib/api/client.ts";
import { isBeingRecalled, isRecallable, totalCount } from "../src/lib/features/recalls/recall.rules.ts";

const channel = { id: "chn_1", name: "电子屏", kind: "webhook" };
const recall = (more: Partial<Recall> = {}): Recall => ({
  id: "rcl_1",
  messageId: "msg_1",
  deliveryId: null,
  state: "ended",
  deliveryCount: 2,
  counts: { recalled: 0, tooLate: 0, failed: 0 },
  reasons: [],
  createdAt: "2026-01-01T00:00:00.000Z",
  endedAt: null,
  ...more,
});
const preview = (more: Partial<RecallPreview> = {}): RecallPreview => ({
  recallableCount: 2,
  cancelsRest: false,
  channels: [{ channel, canRecall: true, sentCount: 2, recallableCount: 2, tooLateCount: 0 }],
  recalls: [],
  ...more,
});

describe("a recall", () => {
  it("is offered only where something can be taken back", () => {
    expect(isRecallable(preview())).toBe(true);
    expect(isRecallable(undefined)).toBe(false);
    expect(isRecallable(preview({ recallableCount: 0 }))).toBe(false);
  });

  it("is offered for a message under way that nothing has left of yet, if its channel can", () => {
    const nothingSent = { recallableCount: 0, cancelsRest: true };
    expect(isRecallable(preview(nothingSent))).toBe(true);
    const unable = [{ channel, canRecall: false, sentCount: 0, recallableCount: 0, tooLateCount: 0 }];
    expect(isRecallable(preview({ ...nothingSent, channels: unable }))).toBe(false);
  });

  it("is not offered twice at once", () => {
    const running = preview({ recalls: [recall({ state: "running" })] });
    expect([isBeingRecalled(running), isRecallable(running)]).toEqual([true, false]);
  });

  it("counts what was still on its way when it was asked for", () => {
    expect(totalCount(recall({ counts: { recalled: 3, tooLate: 1, failed: 0 } }))).toBe(4);
    expect(totalCount(recall())).toBe(2);
  });
});
