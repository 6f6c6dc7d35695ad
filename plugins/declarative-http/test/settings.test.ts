import { isJsonText } from "@tidings/sdk/plugin";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { expect, test } from "vitest";
import manifest from "../channel.json";
import { SETTINGS } from "./messages.ts";

const ajv = new Ajv2020({ strict: false, allErrors: true });
addFormats.default(ajv);
ajv.addFormat("json", isJsonText);
const validate = ajv.compile(manifest.settings);

function fieldsRefused(settings: Record<string, unknown>): string[] {
  validate({ ...SETTINGS, ...settings });
  return (validate.errors ?? []).map(({ instancePath }) => instancePath.slice(1));
}

test.each([
  { url: "https://gateway.example.com" },
  { url: "https://gateway.example.com:8443/a/{{address}}?b={{ variables.姓名 }}&c={{ref}}" },
  { headers: "X-App: school\nAccept: text/{plain}\n" },
  { body: '{"a":{"b":["{{variables}}",{"c":"{ {x} }"}]}}' },
  { successStatuses: "200, 202-204" },
])("takes $url$headers$body$successStatuses", (settings) => {
  expect(fieldsRefused(settings)).toEqual([]);
});

test.each<[string, string]>([
  ["url", "ftp://gateway.example.com/"],
  ["url", "https://{{address}}/"],
  ["url", "https://gateway.example.com{{address}}/"],
  ["url", "https://user:password@gateway.example.com/"],
  ["url", "https://gateway.example.com/{{unknown}}"],
  ["url", "https://gateway.example.com/{{variables}}"],
  ["url", "https://gateway.example.com/{address}"],
  ["url", "https://gateway.example.com/a\\b"],
  ["headers", "no colon"],
  ["headers", "X-Name: {{address}}"],
  ["headers", "X-Name: a\rb"],
  ["headers", "X Name: a"],
  ["body", "not json"],
  ["body", '{"a":{{address}}}'],
  ["body", '{"a":"{{unknown}}"}'],
  ["body", '{"a":"{{ref"}'],
  ["successStatuses", "20x"],
  ["successPointer", "code"],
  ["auth", "oauth"],
  ["idempotencyHeader", "X Key"],
])("refuses at the field %s: %s", (field, value) => {
  expect(new Set(fieldsRefused({ [field]: value }))).toEqual(new Set([field]));
});

test("looks at long texts of braces at once", () => {
  const body = `"${"{ {{ref}} ".repeat(390)}{{x}}"`;
  const headers = `${"X-Name: a{b\n".repeat(19)}X-Name: é`;
  expect(new Set(fieldsRefused({ body, headers }))).toEqual(new Set(["body", "headers"]));
});
