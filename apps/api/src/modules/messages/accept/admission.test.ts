import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createAdmission, DEFAULT_BACKLOG } from "./admission.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const givenAdmission = () => createAdmission({ readBacklog: async () => new Map(), limits: DEFAULT_BACKLOG });
const store = async () => ({ deliveryCount: 1 });

/** Work that ends when it is told to. */
function givenWork() {
  let end: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  return { work: () => ended, end };
}

it("turns messages away while one waits for long to be stored", async () => {
  const admission = givenAdmission();
  const { work, end } = givenWork();
  const slow = admission.admit("ten_a", () => work().then(store));
  await vi.advanceTimersByTimeAsync(2_500);
  await expect(admission.admit("ten_b", store)).rejects.toMatchObject({ type: { code: "overloaded" } });
  end();
  await slow;
  expect(await admission.admit("ten_b", store)).toEqual({ deliveryCount: 1 });
});

it("turns nobody away while the cost of one is estimated, however long that takes", async () => {
  const admission = givenAdmission();
  const { work, end } = givenWork();
  const estimated = admission.admit("ten_a", (aside) => aside(work).then(store));
  await vi.advanceTimersByTimeAsync(2_500);
  expect(await admission.admit("ten_b", store)).toEqual({ deliveryCount: 1 });
  end();
  expect(await estimated).toEqual({ deliveryCount: 1 });
});
