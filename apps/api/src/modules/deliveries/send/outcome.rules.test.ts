import { describe, expect, it } from "vitest";
import { MAX_ROUNDS } from "../delivery.rules.ts";
import { judgeResults, questionsAbout, type Round } from "./outcome.rules.ts";

const stateAfter = (status: "unknown" | "transient" | "accepted", round: Round) =>
  judgeResults([{ ref: "dlv_1", status }], () => "1", round).exceptions[0]?.state ?? "accepted";

describe("what may have been sent", () => {
  it("goes out again where the vendor drops a repeat, until the rounds are used up", () => {
    expect(stateAfter("unknown", { count: 0, isProbe: false, dropsRepeats: true })).toBe("ready");
    expect(stateAfter("unknown", { count: MAX_ROUNDS - 1, isProbe: false, dropsRepeats: true })).toBe(
      "unknown",
    );
  });

  it("is noted one by one, and so is what the vendor has refused for certain", () => {
    const statuses = ["accepted", "unknown", "rejected", "throttled"] as const;
    const results = statuses.map((status) => ({ ref: status, status }));
    const judged = judgeResults(results, (ref) => ref, { count: 0, isProbe: false, dropsRepeats: true });
    expect(judged.doubtfulIds).toEqual(["unknown"]);
    expect(judged.exceptions.filter(({ isRefused }) => isRefused).map(({ id }) => id)).toEqual(["rejected"]);
  });

  it("is unknown at once where a repeat would be a second message", () => {
    expect(stateAfter("unknown", { count: 0, isProbe: false, dropsRepeats: false })).toBe("unknown");
  });

  it("is asked about where the vendor can be asked, and so is what it took where it reports no other way", () => {
    const round = { count: 0, isProbe: false, dropsRepeats: false };
    const results = (["accepted", "unknown"] as const).map((status) => ({ ref: status, status }));
    const judged = judgeResults(results, (ref) => ref, round);
    const query = { windowSeconds: 3600, batchSize: 10, notBeforeSeconds: 0 };
    const receipts = (mode: "push" | "both") => ({ mode, delivered: true, read: false });
    expect(questionsAbout(judged, { receipts: receipts("push") })).toEqual([]);
    expect(questionsAbout(judged, { query, receipts: receipts("push") })).toEqual(["outcome"]);
    expect(questionsAbout(judged, { query, receipts: receipts("both") })).toEqual(["outcome", "receipt"]);
    const refused = judgeResults([{ ref: "1", status: "rejected" }], (ref) => ref, round);
    expect(questionsAbout(refused, { query, receipts: receipts("both") })).toEqual([]);
  });
});
