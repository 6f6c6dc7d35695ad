import { expect, it } from "vitest";
import { invalidRequest } from "./checked-input.ts";
import { z } from "./router.ts";

const Rate = z.union([
  z.strictObject({ perSecond: z.number().min(0.01) }),
  z.strictObject({ overMinutes: z.int().min(1).max(10_080) }),
]);
const Condition = z.union([
  z.strictObject({ attribute: z.string(), op: z.enum(["eq", "ne"]), value: z.number() }),
  z.strictObject({ attribute: z.string(), op: z.enum(["gt", "lt"]), value: z.number() }),
  z.strictObject({ attribute: z.string(), op: z.literal("in"), value: z.array(z.number()).min(1) }),
]);
const Rule = z.union([z.strictObject({ all: z.array(Condition) }), Condition]);
const Body = z.strictObject({
  rule: Rule.optional(),
  rate: Rate.nullable().optional(),
  variables: z.record(z.string(), z.union([z.string().max(5), z.number()])).optional(),
  channels: z.array(z.string()).max(2).optional(),
  isOn: z.boolean().optional(),
});

const problemsOf = (body: unknown) => {
  const { error } = Body.safeParse(body);
  const { errors = [] } = invalidRequest(error?.issues ?? [], "json").options;
  return errors.map(({ pointer, detail }) => `${pointer}: ${detail}`);
};

it.each([
  [
    "a rate too slow",
    { rate: { perSecond: 0 } },
    ["/rate/perSecond: Too small: expected number to be >=0.01"],
  ],
  [
    "a rate over no whole minutes",
    { rate: { overMinutes: 0 } },
    ["/rate/overMinutes: Too small: expected number to be >=1"],
  ],
  [
    "an operator that there is not",
    { rule: { attribute: "grade", op: "like", value: 3 } },
    ['/rule/op: Invalid option: expected one of "eq"|"ne", or Invalid option: expected one of "gt"|"lt"'],
  ],
  [
    "a part of a rule",
    { rule: { all: [{ attribute: "grade", op: "in", value: [] }] } },
    ["/rule/all/0/value: Too small: expected array to have >=1 items"],
  ],
  ["an empty rate", { rate: {} }, ["/rate/perSecond: This field is required."]],
  ["a rate that is a number", { rate: 5 }, ["/rate: Invalid input: expected object, received number"]],
  [
    "a text too long",
    { variables: { a: "abcdef" } },
    ["/variables/a: Too big: expected string to have <=5 characters"],
  ],
  [
    "what is neither a text nor a number",
    { variables: { a: true } },
    [
      "/variables/a: Invalid input: expected string, received boolean, or Invalid input: expected number, received boolean",
    ],
  ],
  [
    "a text where a list belongs",
    { channels: "courier" },
    ["/channels: Invalid input: expected array, received string"],
  ],
  [
    "several at once",
    { channels: ["a", 3], isOn: "yes" },
    [
      "/channels/1: Invalid input: expected string, received number",
      "/isOn: Invalid input: expected boolean, received string",
    ],
  ],
])("says of %s what would do instead, at its place", (_, body, expected) => {
  expect(problemsOf(body).sort()).toEqual([...expected].sort());
});
