import { describe, expect, it } from "vitest";
import { judgeRow, MAX_BAD_ROWS, readHeader, Tally } from "./audience-file.rules.ts";

const digits = (text: string) => /^\d+$/.test(text);
const codeOf = (cells: string[]) => {
  try {
    readHeader(cells);
  } catch (error) {
    return (error as { options: { errors: { code: string }[] } }).options.errors[0]?.code;
  }
  return undefined;
};

describe("the header", () => {
  it.each([
    [["address", "amount"], "addresses", 0],
    [["amount", "地址"], "addresses", 1],
    [[" UserId ", "amount"], "users", 0],
    [["用户ID"], "users", 0],
  ] as const)("finds the recipients in %j", (cells, recipients, recipientIndex) => {
    expect(readHeader(cells)).toMatchObject({ recipients, recipientIndex });
  });

  it.each([
    [["amount"], "no_recipient_column"],
    [["address", "userId"], "two_recipient_columns"],
    [["address", "金额"], "not_a_variable"],
    [["address", "a b"], "not_a_variable"],
    [["address", "amount", "amount"], "named_twice"],
    [["address", ...Array.from({ length: 51 }, (_, index) => `v${index}`)], "too_many"],
  ])("is refused when it is %j", (cells, code) => {
    expect(codeOf(cells)).toBe(code);
  });

  it("passes over columns without a name, which Excel leaves behind", () => {
    expect(readHeader(["address", "", "amount"]).variables).toEqual([{ index: 2, name: "amount" }]);
  });
});

describe("a row", () => {
  const header = readHeader(["address", "amount", "note"]);

  it("has values for the cells that are filled", () => {
    expect(judgeRow(header, [" 13800001234 ", "5", " "], digits)).toEqual({
      recipient: "13800001234",
      variables: { amount: "5" },
    });
    expect(judgeRow(header, ["1"], digits)).toEqual({ recipient: "1", variables: undefined });
  });

  it.each([
    [["", "5", ""], { code: "no_recipient" }],
    [["a@b", "5", ""], { code: "not_an_address" }],
    [["1".repeat(501), "5", ""], { code: "too_long" }],
    [["1", "x".repeat(2001), ""], { code: "too_long", column: "amount" }],
    [["1", "5", "a\0b"], { code: "forbidden_character", column: "note" }],
    [["1", "5", "x", "more"], { code: "too_many_cells" }],
  ])("is bad when it is %j", (cells, expected) => {
    expect(judgeRow(header, cells, digits)).toEqual(expected);
  });

  it("of users has to have an id that a user could have", () => {
    const ofUsers = readHeader(["userId"]);
    expect(judgeRow(ofUsers, ["2024@x:1"], digits)).toMatchObject({ recipient: "2024@x:1" });
    expect(judgeRow(ofUsers, ["张三"], digits)).toEqual({ code: "not_a_user_id" });
  });
});

it("counts every bad row and keeps the first hundred; blanks are counted by column", () => {
  const tally = new Tally(readHeader(["userId", "amount", "note"]));
  for (let line = 2; line <= 300; line++) tally.addBad({ line, code: "no_recipient" });
  tally.addGood({ amount: "1" });
  tally.addGood(undefined);
  expect(tally.badCount).toBe(299);
  expect(tally.badRows).toHaveLength(MAX_BAD_ROWS);
  expect(tally.columns).toEqual([
    { name: "amount", blankCount: 1 },
    { name: "note", blankCount: 2 },
  ]);
});
