import { expect, test } from "vitest";
import { defineFaults, definePlaces } from "../src/faults/index.ts";

const fault = defineFaults({ slow: "takes {ms} ms for {name}", odd: "is odd" });
const within = definePlaces({ in_file: "{path}", twice: "said twice" });

test("keeps what a sentence names beside it", () => {
  expect(fault("slow", { ms: 12, name: "plan" })).toEqual({
    code: "slow",
    params: { ms: 12, name: "plan" },
    at: [],
    detail: "takes 12 ms for plan",
  });
});

test("names places from the outside in", () => {
  const found = [fault("odd")].map(within("twice")).map(within("in_file", { path: "a.json" }))[0];
  expect(found).toEqual({
    code: "odd",
    params: {},
    at: [
      { code: "in_file", params: { path: "a.json" } },
      { code: "twice", params: {} },
    ],
    detail: "a.json: said twice: is odd",
  });
});

test("keeps a stranger's text short and storable, and takes nothing in it for a name", () => {
  const { params, detail } = fault("slow", { ms: 1, name: `{ms}\u0000\ud800${"x".repeat(10_000)}` });
  expect(params.name).toHaveLength(300);
  expect(params.name).toMatch(/^\{ms\} {2}x+$/);
  expect(detail).toContain("for {ms}");
});
