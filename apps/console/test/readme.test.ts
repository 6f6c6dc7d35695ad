import { describe, expect, test } from "vitest";
import { MAX_README_LENGTH, readReadme } from "#lib/features/marketplace/readme.ts";

describe("a README of a stranger", () => {
  test("is read into headings, paragraphs, lists, tables and code", () => {
    const markdown = [
      "# SMS gateway",
      "",
      "Sends **text**",
      "through `POST /messages`.",
      "",
      "- one",
      "  and more",
      "- two",
      "",
      "| a | b |",
      "| --- | --- |",
      "| 1 | 2 |",
      "",
      "```http",
      "# no heading",
      "```",
    ].join("\n");
    expect(readReadme(markdown)).toEqual([
      { kind: "heading", level: 1, text: [{ text: "SMS gateway" }] },
      {
        kind: "paragraph",
        text: [
          { text: "Sends " },
          { text: "text", style: "strong" },
          { text: " through " },
          { text: "POST /messages", style: "code" },
          { text: "." },
        ],
      },
      { kind: "list", ordered: false, items: [[{ text: "one and more" }], [{ text: "two" }]] },
      {
        kind: "table",
        head: [[{ text: "a" }], [{ text: "b" }]],
        rows: [[[{ text: "1" }], [{ text: "2" }]]],
      },
      { kind: "code", text: "# no heading" },
    ]);
  });

  test("has markup as text", () => {
    expect(readReadme("<img src=x onerror=alert(1)>")).toEqual([
      { kind: "paragraph", text: [{ text: "<img src=x onerror=alert(1)>" }] },
    ]);
  });

  test("links to the web only, and loads no pictures", () => {
    const markdown = "[a](https://a.example) [b](javascript:alert) ![c](https://c.example/c.png) [d](/v1/me)";
    const [paragraph] = readReadme(markdown);
    const parts = paragraph?.kind === "paragraph" ? paragraph.text : [];
    expect(parts.filter(({ href }) => href)).toEqual([{ text: "a", href: "https://a.example" }]);
    expect(parts.map(({ text }) => text).join("")).toBe("a b c d");
  });

  test.each([
    ["opening brackets", "["],
    ["backticks", "` "],
    ["stars", "**"],
    ["lines", "a\n\n"],
    ["dashes", "-"],
    ["table rows", "|\n"],
    ["open fences", "```\n"],
  ])("made of %s alone is read to its end", (_, piece) => {
    const markdown = piece.repeat(MAX_README_LENGTH);
    const length = JSON.stringify(readReadme(markdown)).length;
    expect(length).toBeGreaterThan(0);
  });

  test("is read up to a limit", () => {
    const [paragraph] = readReadme("a".repeat(MAX_README_LENGTH + 1));
    expect(paragraph).toEqual({ kind: "paragraph", text: [{ text: "a".repeat(MAX_README_LENGTH) }] });
  });
});
