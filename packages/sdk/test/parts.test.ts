import {
  chunk,
  chunkUnique,
  clip,
  isRecord,
  lengthOf,
  parseJson,
  readBareStatus,
  readBeijingTime,
  readPairs,
  readRetryAfter,
  readText,
  readUnanswered,
  readXml,
  reasonOf,
  sizeOf,
  toNumber,
  toRecall,
  toWord,
  type Unanswered,
} from "@tidings/sdk/plugin";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

describe("texts", () => {
  test("a clipped text can be stored: short, without controls and half surrogates", () => {
    expect(clip("a\u0000b\ud83dc", 10)).toBe("a b c");
    expect(clip("好".repeat(10), 3)).toBe("好好好");
    expect(readText(7, 10)).toBe("");
  });

  test("length counts code points, size bytes", () => {
    expect([lengthOf("好😀"), sizeOf("好😀")]).toEqual([2, 7]);
  });

  test("a list is cut in order, with nothing lost and nothing empty", () => {
    expect(chunk([1, 2, 3, 4, 5], 2)).toEqual([[1, 2], [3, 4], [5]]);
    expect(chunk([], 2)).toEqual([]);
  });

  test("no key is twice in a part of a list, and there is no part too many", () => {
    const first = (text: string) => text.slice(0, 1);
    expect(chunkUnique(["a1", "b1", "a2", "c1", "a3"], 2, first)).toEqual([
      ["a1", "b1"],
      ["c1"],
      ["a2"],
      ["a3"],
    ]);
  });

  test("a moment of Beijing is eight hours earlier in UTC", () => {
    expect(readBeijingTime("2026-01-02 03:04:05")).toBe(Date.UTC(2026, 0, 1, 19, 4, 5));
    expect(readBeijingTime("2026-13-02 03:04:05")).toBeUndefined();
    expect(readBeijingTime("yesterday")).toBeUndefined();
  });
});

test("JSON of unknown origin is an object, something else or none", () => {
  expect(isRecord(parseJson('{"a":1}'))).toBe(true);
  for (const text of ["[1]", "null", '"a"', "<html>", ""]) expect(isRecord(parseJson(text))).toBe(false);
});

test("a value of unknown origin is a number, a text, or nothing, and never throws", () => {
  expect([7, "7", " 7 "].map(toNumber)).toEqual([7, 7, 7]);
  expect(["", " ", null, undefined, true, [7], { toString: {} }].map(toNumber).every(Number.isNaN)).toBe(
    true,
  );
  expect(["a", 7, null, ["a"], { toString: {} }].map(toWord)).toEqual(["a", "7", "", "", ""]);
});

describe("XML of unknown origin", () => {
  test("is read as elements, text and CDATA", () => {
    expect(readXml('<?xml version="1.0"?>\n<a>x<b><![CDATA[<y>]]></b><c/></a>')).toEqual({
      name: "a",
      text: "x",
      children: [
        { name: "b", text: "<y>", children: [] },
        { name: "c", text: "", children: [] },
      ],
    });
  });

  test.each([
    ["a declaration", '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'],
    ["attributes", '<a b="1"></a>'],
    ["a comment", "<a><!-- b --></a>"],
    ["elements that cross", "<a><b><c></b></c></a>"],
    ["an open end", "<a><b></b>"],
    ["an open CDATA section", "<a><![CDATA[b</a>"],
    ["two roots", "<a/><b/>"],
    ["depth without end", `${"<a>".repeat(7)}${"</a>".repeat(7)}`],
    ["elements without end", `<a>${"<b/>".repeat(20_000)}</a>`],
    ["more text than the limit", `<a>${"b".repeat(300_000)}</a>`],
  ])("is refused with %s", (_name, xml) => {
    expect(readXml(xml)).toBeUndefined();
  });

  test("expands nothing: entities stay as they are written", () => {
    expect(readXml("<a>&lt;b&gt; &c;</a>")?.text).toBe("&lt;b&gt; &c;");
  });

  test("never throws, whatever it is", () => {
    const pieces = fc.constantFrom("<a>", "</a>", "<b/>", "<![CDATA[", "]]>", "<?xml?>", "&", "c");
    const texts = fc.oneof(
      fc.string(),
      fc.array(pieces, { maxLength: 30 }).map((some) => some.join("")),
    );
    fc.assert(fc.property(texts, (text) => void readXml(text)));
  });
});

test.each([
  ["30", 30_000],
  ["999999999", 86_400_000],
  ["Thu, 01 Jan 1970 00:01:00 GMT", 60_000],
  ["Thu, 01 Jan 1970 00:00:00 GMT", 0],
  ["-5", undefined],
  ["soon", undefined],
  [undefined, undefined],
])("Retry-After %s asks to wait %s ms", (value, waitMs) => {
  expect(readRetryAfter(value, 0)).toBe(waitMs);
});

describe("pairs", () => {
  const isKey = (key: string) => /^[a-z]+$/.test(key);

  test("are read one a line, with all behind the first sign as the value", () => {
    expect(readPairs("a = 1\n\nb=x=y", {}, isKey)).toEqual(
      new Map([
        ["a", "1"],
        ["b", "x=y"],
      ]),
    );
  });

  test.each(["a", "a=1\na=2", "A=1"])("are refused where they are none: %j", (text) => {
    expect(readPairs(text, {}, isKey)).toBeUndefined();
  });

  test("are refused where a variable could bring along a pair of its own", () => {
    const value = "x\nadmin=1";
    expect(readPairs(`a=${value}`, { name: value }, isKey)).toBeUndefined();
    expect(readPairs("a=1", { name: value }, isKey)).toBeDefined();
  });
});

describe("outcomes", () => {
  const unanswered = (error: Unanswered["error"], code?: string) =>
    readUnanswered({ id: "1", refs: ["a"], error, detail: "no\n", ...(code && { code }) });

  test("a call without an answer is repeated only if it was certainly not sent", () => {
    expect(unanswered("not_sent")).toEqual({ status: "transient", code: "not_sent", detail: "no " });
    expect(unanswered("blocked", "40125")).toEqual({ status: "config", code: "40125", detail: "no " });
    expect(unanswered("ambiguous").status).toBe("unknown");
  });

  test.each([
    [200, { status: "unknown", code: "unreadable_answer" }],
    [302, { status: "config", code: "http_302" }],
    [401, { status: "config", code: "http_401" }],
    [409, { status: "transient", code: "http_409" }],
    [429, { status: "throttled", code: "http_429", retryAfterMs: 5000 }],
    [502, { status: "unknown", code: "http_502" }],
  ])("a bare %i is %j", (status, outcome) => {
    expect(readBareStatus(status, 5000)).toEqual(outcome);
  });

  test("a recall fails by the vendor's word on the message alone", () => {
    expect(toRecall({ status: "accepted" })).toEqual({ status: "recalled" });
    expect(toRecall({ status: "rejected", code: "7" })).toEqual({ status: "failed", code: "7" });
    for (const status of ["config", "throttled", "transient", "unknown"] as const) {
      expect(toRecall({ status, detail: "wait" })).toEqual({ status: "unanswered", detail: "wait" });
    }
    expect(reasonOf({ status: "rejected", code: "", detail: "" })).toEqual({});
  });
});
