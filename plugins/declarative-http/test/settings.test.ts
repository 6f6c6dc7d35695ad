import { findSchemaProblems } from "@tidings/sdk/testing";
import { expect, test } from "vitest";
import manifest from "../channel.json";
import { describe } from "../src/description.ts";
import { findFault } from "../src/faults.ts";
import { SETTINGS } from "./messages.ts";

/** The fields that a form is refused at. */
function fieldsRefused(settings: Record<string, unknown>): string[] {
  return findSchemaProblems(manifest.settings, { ...SETTINGS, ...settings }).map(
    ({ detail }) => /^\/(\S*)/.exec(detail)?.[1] ?? "",
  );
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

test("takes the examples of the README", () => {
  const alerts = {
    url: "https://alert.example.com/v1/users/{{address}}/alerts",
    body: '{"title": "{{title}}", "body": "{{text}}", "extra": "{{variables}}"}',
    auth: "header",
    authName: "X-Api-Key",
    testUrl: "https://alert.example.com/v1/ping",
    idempotencyHeader: "Idempotency-Key",
    successPointer: "/ok",
    successValues: "true",
    messageIdPointer: "/id",
    codePointer: "/error",
    throttledCodes: "rate_limited",
  };
  const { testUrl: _, ...untested } = SETTINGS;
  const texts = {
    ...untested,
    url: "https://sms.example.com/batch",
    body: '{"content": "{{text}}", "mobiles": [{"mobile": "{{address}}", "sn": "{{ref}}"}]}',
    auth: "basic",
    username: "school",
    listAt: "/mobiles",
    callSize: 50,
    successPointer: "/code",
    successValues: "0",
    resultsAt: "/results",
    messageIdPointer: "/msgid",
    codePointer: "/code",
    configCodes: "1003, 1005",
    receiptsAt: "/reports",
    receiptIdPointer: "/msgid",
    receiptStatusPointer: "/stat",
    receiptTimePointer: "/time",
    deliveredValues: "DELIVRD",
    undeliveredValues: "UNDELIV, REJECTD",
    receiptReply: '{"code":0}',
  };
  for (const settings of [alerts, texts]) {
    expect(fieldsRefused(settings)).toEqual([]);
    expect(findFault(describe(settings))).toBeUndefined();
  }
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
