import { expect, test } from "vitest";
import type { Fault } from "#lib/api/client.ts";
import { fieldText } from "#lib/api/problem-text.ts";
import { faultText } from "#lib/faults/fault-text.ts";

const fault = (code: string, params: Record<string, string | number> = {}) => ({
  code,
  params,
  at: [],
  detail: "in English",
});

test("says a fault and where it was found, from the outside in", () => {
  const at: Fault["at"] = [
    { code: "in_function", params: { name: "query" } },
    { code: "on_status", params: { status: "500" } },
  ];
  expect(faultText({ ...fault("ref_missing", { ref: "dlv_1" }), at })).toBe(
    "query，答复 HTTP 500 时：没有答复 dlv_1",
  );
});

test("falls back to the API's words for a sentence or a place that it does not know", () => {
  expect(faultText(fault("full_moon"))).toBe("in English");
  const at = [{ code: "on_the_moon", params: {} }];
  expect(faultText({ ...fault("readme_missing"), at })).toBe("in English");
});

test("says at a field what is wrong with the package that was chosen", () => {
  const field = { pointer: "/archive", detail: "the archive is no gzip file", code: "archive_no_gzip" };
  expect(fieldText(field)).toBe("插件包不是 gzip 文件");
});
