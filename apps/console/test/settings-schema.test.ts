import { describe, expect, test } from "vitest";
import {
  initialSettings,
  type SettingsSchema,
  sentSettings,
  settingErrors,
} from "#lib/forms/settings-schema.ts";

const schema: SettingsSchema = {
  type: "object",
  required: ["host", "port", "secret"],
  properties: {
    host: { type: "string", pattern: "^[a-z.]+$", maxLength: 10 },
    port: { type: "integer", minimum: 1, maximum: 99, default: 25 },
    secret: { type: "string", "x-secret": true },
    note: { type: "string" },
    strict: { type: "boolean" },
  },
};

const faulty = (values: Parameters<typeof settingErrors>[1], stored: string[] = []) =>
  Object.entries(settingErrors(schema, values, new Set(stored)))
    .filter(([, text]) => text)
    .map(([name]) => name);

describe("settings of a plugin", () => {
  test("start with what is stored, then with the defaults, and never with a secret", () => {
    expect(initialSettings(schema, { host: "a.b", secret: "x" })).toEqual({
      host: "a.b",
      port: 25,
      note: "",
      strict: false,
    });
  });

  test("leave out untouched secrets and empty optional texts, and keep secrets apart", () => {
    expect(sentSettings(schema, { port: 1, note: "", secret: undefined, strict: false })).toEqual({
      settings: { port: 1, strict: false },
      secrets: {},
    });
    expect(sentSettings(schema, { host: "a.b", secret: "s" })).toEqual({
      settings: { host: "a.b" },
      secrets: { secret: "s" },
    });
  });

  test("take a stored secret away when it was emptied", () => {
    expect(sentSettings(schema, { secret: "" }, new Set(["secret"])).secrets).toEqual({ secret: null });
    expect(sentSettings(schema, { secret: "" }).secrets).toEqual({});
  });

  test("miss a secret that is neither stored nor typed, or that was begun and left empty", () => {
    const rest = { host: "a.b", port: 25 };
    expect(faulty(rest)).toEqual(["secrets/secret"]);
    expect(faulty(rest, ["secret"])).toEqual([]);
    expect(faulty({ ...rest, secret: "" }, ["secret"])).toEqual(["secrets/secret"]);
  });

  test.each([
    [{ host: "A" }, "settings/host"],
    [{ host: "a".repeat(11) }, "settings/host"],
    [{ port: 0 }, "settings/port"],
    [{ port: 100 }, "settings/port"],
    [{ port: 1.5 }, "settings/port"],
    [{ port: undefined }, "settings/port"],
  ])("refuse %j", (change, name) => {
    expect(faulty({ host: "a.b", port: 25, secret: "s", ...change })).toEqual([name]);
  });
});
