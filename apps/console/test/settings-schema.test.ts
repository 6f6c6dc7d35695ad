import { describe, expect, test } from "vitest";
import {
  initialSettings,
  isSet,
  isShown,
  type SettingsSchema,
  sentSettings,
  settingChoices,
  settingErrors,
  settingParts,
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

describe("a form in parts", () => {
  const name = (text: string) => ({ zh: text, en: text });
  const described: SettingsSchema = {
    type: "object",
    properties: {
      url: { type: "string" },
      auth: {
        type: "string",
        enum: ["none", "basic"],
        default: "none",
        "x-group": { ...name("Authentication"), folded: true },
        "x-choices": { basic: name("Password") },
      },
      user: { type: "string", maxLength: 3, "x-when": { field: "auth", values: ["basic"], required: true } },
      body: { type: "string", format: "json" },
      place: { type: "string", format: "json-pointer" },
    },
  };

  test("begins one with each heading", () => {
    const parts = settingParts(described).map(({ heading, isFolded, fields }) => [
      heading,
      isFolded,
      fields.map(([field]) => field),
    ]);
    expect(parts).toEqual([
      [undefined, false, ["url"]],
      ["Authentication", true, ["auth", "user", "body", "place"]],
    ]);
  });

  test("names choices, and shows one without a name as it is", () => {
    expect(settingChoices(described.properties.auth ?? { type: "string" })).toEqual([
      { value: "none", label: "none" },
      { value: "basic", label: "Password" },
    ]);
  });

  test("neither shows, nor checks, nor sends a field that another one has no use for", () => {
    const user = described.properties.user ?? { type: "string" };
    const hidden = { auth: "none", user: "too long" };
    expect([isShown(user, hidden), isShown(user, { auth: "basic" })]).toEqual([false, true]);
    expect(sentSettings(described, hidden).settings).toEqual({ auth: "none" });
    expect(settingErrors(described, hidden)["settings/user"]).toBeUndefined();
    for (const user of ["too long", ""]) {
      expect(settingErrors(described, { auth: "basic", user })["settings/user"]).toBeDefined();
    }
  });

  test("tells what was set from what a new form has", () => {
    const auth = described.properties.auth ?? { type: "string" };
    expect([isSet("auth", auth, { auth: "none" }), isSet("auth", auth, { auth: "basic" })]).toEqual([
      false,
      true,
    ]);
  });

  test.each([
    [{ body: "{" }, "settings/body"],
    [{ place: "code" }, "settings/place"],
  ])("refuses %j", (values, field) => {
    const faults = Object.entries(settingErrors(described, values)).filter(([, text]) => text);
    expect(faults.map(([path]) => path)).toEqual([field]);
    expect(Object.values(settingErrors(described, { body: "{}", place: "/code" })).filter(Boolean)).toEqual(
      [],
    );
  });
});
