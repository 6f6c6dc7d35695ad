import { expect, it } from "vitest";
import { addToTally, judgeRecalls, MAX_ROUNDS, pauseAfter } from "./recall.rules.ts";

it("pauses longer and longer, and ends within two and a half hours", () => {
  const pauses = Array.from({ length: MAX_ROUNDS }, (_, index) => pauseAfter(index + 1));
  expect(pauses.slice(0, 4)).toEqual([5, 10, 20, 40]);
  expect(pauses.reduce((sum, pause) => sum + pause, 0)).toBeLessThanOrEqual(2.5 * 3600);
});

it("leaves what the vendor cannot tell yet without an outcome", () => {
  const judged = judgeRecalls(
    [
      { ref: "a", status: "recalled" },
      { ref: "b", status: "unanswered", code: "busy" },
      { ref: "c", status: "too_late", code: "read", detail: "It was read." },
    ],
    (ref) => ref,
  );
  expect(judged).toEqual([
    { id: "a", outcome: "recalled", code: null, detail: null },
    { id: "c", outcome: "too_late", code: "read", detail: "It was read." },
  ]);
});

it("counts outcomes by their reason, most frequent first", () => {
  const tally = addToTally(
    [{ outcome: "recalled", code: "", count: 1 }],
    [
      { outcome: "too_late", code: "read" },
      { outcome: "too_late", code: "read" },
      { outcome: "recalled", code: null },
      { outcome: "recalled", code: null },
    ],
  );
  expect(tally).toEqual([
    { outcome: "recalled", code: "", count: 3 },
    { outcome: "too_late", code: "read", count: 2 },
  ]);
});
