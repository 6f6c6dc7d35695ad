import { describe, expect, it } from "vitest";
import {
  checkVariables,
  missingVariables,
  mistypedVariables,
  requiredVariables,
  type TemplateVariable,
} from "./variable.rules.ts";

const variables: TemplateVariable[] = [
  { name: "name", type: "text", required: true },
  { name: "amount", type: "number", required: true, default: "0" },
  { name: "note", type: "text", required: false },
];

describe("checkVariables", () => {
  it("accepts a sound schema", () => {
    expect(checkVariables(variables)).toEqual([]);
  });

  it("points at a name declared twice and at numbers that are none", () => {
    const problems = checkVariables([
      { name: "a", type: "number", required: false, default: "many", example: "1e3" },
      { name: "a", type: "text", required: false },
    ]);
    expect(problems.map(({ pointer, code }) => [pointer, code])).toEqual([
      ["/variables/0/default", "not_a_number"],
      ["/variables/1/name", "declared_twice"],
    ]);
  });
});

describe("missingVariables", () => {
  it("asks only for required variables without a default", () => {
    expect(requiredVariables({ variables })).toEqual(["name"]);
    expect(missingVariables(variables, {})).toEqual(["name"]);
    expect(missingVariables(variables, { name: "张三" })).toEqual([]);
  });

  it("takes a blank text for missing", () => {
    expect(missingVariables(variables, { name: " \n" })).toEqual(["name"]);
    expect(missingVariables([{ name: "count", type: "number", required: true }], { count: 0 })).toEqual([]);
  });

  it("does not take what every object has for a value", () => {
    expect(missingVariables([{ name: "constructor", type: "text", required: true }], {})).toEqual([
      "constructor",
    ]);
  });
});

describe("mistypedVariables", () => {
  it("points at a text given for a number", () => {
    expect(mistypedVariables(variables, { amount: "很多" })).toMatchObject([
      { pointer: "/variables/amount" },
    ]);
    expect(mistypedVariables(variables, { amount: "12.50", name: "1" })).toEqual([]);
  });
});
