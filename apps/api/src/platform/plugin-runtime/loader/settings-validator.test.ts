import type { SettingsSchema } from "@tidings/sdk/plugin";
import { describe, expect, it } from "vitest";
import { createAjv } from "./ajv.ts";
import { createSettingsValidator } from "./settings-validator.ts";

const schema: SettingsSchema = {
  type: "object",
  required: ["url", "secret"],
  properties: {
    url: { type: "string", format: "uri", maxLength: 30 },
    secret: { type: "string", pattern: "^whsec_", description: "Begins with whsec_.", "x-secret": true },
    port: { type: "integer", minimum: 1, maximum: 65_535 },
    mode: { type: "string", enum: ["tls", "none"] },
    isFast: { type: "boolean" },
    name: { type: "string", minLength: 1 },
    body: { type: "string", format: "json" },
    place: { type: "string", format: "json-pointer" },
    auth: { type: "string", enum: ["none", "basic"], default: "none" },
    user: { type: "string", "x-when": { field: "auth", values: ["basic"], required: true } },
  },
};
const validate = createSettingsValidator(createAjv(), schema);
const good = { url: "https://x.test/", secret: "whsec_1" };

describe("the check of a settings form", () => {
  it("passes values in order", () => {
    expect(validate({ ...good, port: 25, mode: "tls", isFast: true, name: "x" })).toEqual([]);
  });

  it.each([
    ["a missing field", { secret: "whsec_1" }, "/settings/url", "required", "This field is required."],
    ["a missing secret", { url: good.url }, "/secrets/secret", "required", "This field is required."],
    [
      "an unknown field",
      { ...good, colour: 1 },
      "/settings/colour",
      "unknown_field",
      "The plugin has no such field.",
    ],
    [
      "a name to be escaped",
      { ...good, "a/b~": 1 },
      "/settings/a~1b~0",
      "unknown_field",
      "The plugin has no such field.",
    ],
    ["a wrong form", { ...good, url: "x" }, "/settings/url", "wrong_format", "Must be a URL."],
    [
      "a field that another one needs",
      { ...good, auth: "basic", user: "" },
      "/settings/user",
      "required",
      "This field is required.",
    ],
    ["no JSON", { ...good, body: "{" }, "/settings/body", "wrong_format", "Must be JSON."],
    [
      "no JSON Pointer",
      { ...good, place: "a" },
      "/settings/place",
      "wrong_format",
      "Must be a JSON Pointer, such as /data/id.",
    ],
    [
      "a wrong pattern",
      { ...good, secret: "1" },
      "/secrets/secret",
      "wrong_format",
      "Does not have the expected form. Begins with whsec_.",
    ],
    ["a wrong type", { ...good, port: "25" }, "/settings/port", "wrong_type", "Must be a whole number."],
    ["a fraction", { ...good, port: 2.5 }, "/settings/port", "wrong_type", "Must be a whole number."],
    ["no truth value", { ...good, isFast: 1 }, "/settings/isFast", "wrong_type", "Must be true or false."],
    ["too little", { ...good, port: 0 }, "/settings/port", "too_small", "Must be at least 1."],
    ["too much", { ...good, port: 70_000 }, "/settings/port", "too_large", "Must be at most 65535."],
    [
      "another choice",
      { ...good, mode: "ssl" },
      "/settings/mode",
      "not_allowed",
      "Must be one of: tls, none.",
    ],
    ["too short", { ...good, name: "" }, "/settings/name", "too_short", "Must have at least 1 character."],
    [
      "too long",
      { ...good, url: `https://x.test/${"a".repeat(30)}` },
      "/settings/url",
      "too_long",
      "Must have at most 30 characters.",
    ],
  ])("finds %s", (_name, values, pointer, code, detail) => {
    expect(validate(values)).toEqual([{ pointer, code, detail }]);
  });

  it("finds everything at once, and no value of a secret in it", () => {
    const problems = validate({ secret: "my-own-secret", port: "x", other: true });
    expect(problems.map(({ pointer }) => pointer).sort()).toEqual([
      "/secrets/secret",
      "/settings/other",
      "/settings/port",
      "/settings/url",
    ]);
    expect(JSON.stringify(problems)).not.toContain("my-own-secret");
  });
});
