import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type Route, routes } from "./openapi.ts";
import { findUnboundedInputs, isBoundedPattern } from "./unbounded-inputs.ts";

/** Inputs whose limit a schema cannot say, and where it is kept instead. */
const LIMITED_ELSEWHERE: { places: RegExp; by: string }[] = [
  { places: /\/variables$/, by: "a refinement: at most 50 variables" },
  { places: /Segment\/rule\/value(\/\*)?$/, by: "a JSON number is a double; only strings can be large" },
  { places: /\/(variables|attributes)\/\{\}$/, by: "a JSON number is a double; only strings can be large" },
  {
    places: /^(sendMessage|explainMessage|createSeries)\/content(\/\{\})?$/,
    by: "the template rules: known kinds with declared fields",
  },
  {
    places: /^(previewChannel|testSend)\/content(\/\{\})?$/,
    by: "a refinement, and the template rules: fields that the plugin declares",
  },
  { places: /^(create|update)Channel\/(settings|secrets)(\/\{\})?$/, by: "the plugin's own settings schema" },
];

const CREATE_WHAT_IS_ABSENT = new Set(["saveUser"]);
const STREAMS = new Set(["watchInbox", "watchMessage"]);

/** The routes that break a rule, by name. */
const breaking = (isBroken: (route: Route) => boolean) => routes.filter(isBroken).map(({ name }) => name);
const statusesOf = ({ responses }: Route) => Object.keys(responses);
const successesOf = (route: Route) => statusesOf(route).filter((status) => status.startsWith("2"));
const lacks = (route: Route, statuses: string[]) =>
  statuses.some((status) => !statusesOf(route).includes(status));

describe("every route", () => {
  it("is one of those declared", () => {
    expect(routes.length).toBeGreaterThan(50);
  });

  it("has an operation id of its own, a summary and a permission", () => {
    const ids = routes.map(({ operationId }) => operationId);
    expect(ids).toEqual([...new Set(ids)]);
    expect(breaking(({ operationId }) => !/^[a-z][A-Za-z]+$/.test(operationId ?? ""))).toEqual([]);
    expect(breaking(({ summary }) => !summary)).toEqual([]);
    expect(breaking((route) => !("x-permission" in route))).toEqual([]);
  });

  it("asks for a credential exactly when it is not public", () => {
    const isPublic = (route: Route) => route["x-permission"] === null;
    expect(breaking((route) => (route.security?.length === 0) !== isPublic(route))).toEqual([]);
  });

  it("asks for the permission that the reviewed list names", () => {
    const file = join(import.meta.dirname, "route-permissions.json");
    const declared = Object.fromEntries(routes.map((route) => [route.operationId, permissionOf(route)]));
    expect(declared).toEqual(JSON.parse(readFileSync(file, "utf8")));
  });

  it("declares one success and every problem it may answer with", () => {
    expect(breaking((route) => successesOf(route).length !== 1)).toEqual([]);
    expect(breaking((route) => lacks(route, ["401", "422", "503"]))).toEqual([]);
    expect(
      breaking((route) => route.requestBody !== undefined && lacks(route, ["400", "413", "415"])),
    ).toEqual([]);
    const mayMiss = ({ name, operationId }: Route) =>
      name.includes("{") && !CREATE_WHAT_IS_ABSENT.has(operationId ?? "");
    expect(breaking((route) => mayMiss(route) && lacks(route, ["404"]))).toEqual([]);
  });

  it("answers JSON or a stream of events, problems as problem documents, and nothing with 204", () => {
    const expected = (status: string, operationId = "") => {
      if (status === "204") return "";
      if (Number(status) >= 400) return "application/problem+json";
      return STREAMS.has(operationId) ? "text/event-stream" : "application/json";
    };
    const isOff = ({ responses, operationId }: Route) =>
      Object.entries(responses).some(
        ([status, { content = {} }]) => Object.keys(content).join() !== expected(status, operationId),
      );
    expect(breaking(isOff)).toEqual([]);
  });

  it("takes a body only where one is required, and never with a read", () => {
    expect(breaking(({ requestBody }) => requestBody?.required === false)).toEqual([]);
    expect(breaking(({ name, requestBody }) => name.startsWith("GET ") && requestBody !== undefined)).toEqual(
      [],
    );
  });

  it("bounds every input, in its schema or where the list says", () => {
    const unbounded = routes.flatMap(findUnboundedInputs);
    const isExempt = (place: string) => LIMITED_ELSEWHERE.some(({ places }) => places.test(place));
    expect(unbounded.filter((place) => !isExempt(place))).toEqual([]);
    const idle = LIMITED_ELSEWHERE.filter(({ places }) => !unbounded.some((place) => places.test(place)));
    expect(idle).toEqual([]);
  });
});

describe("a bounded pattern", () => {
  it.each(["^[a-z]{1,3}$", "^tag_[0-7][a-z]{25}$", "^\\+[0-9]{5}$", "^[*+]$"])("is %s", (pattern) => {
    expect(isBoundedPattern(pattern)).toBe(true);
  });

  it.each(["^[a-z]+$", "^a*$", "a", "^a", "^a{2,}$", "^a$|b"])("is not %s", (pattern) => {
    expect(isBoundedPattern(pattern)).toBe(false);
  });
});

/**
 * `send Message`; `member` for every signed-in member; `tenant` for sources as well; `source` for these alone;
 * `inbox user` for a token of a user's; `public` for everybody.
 */
function permissionOf({ "x-permission": permission }: Route): string {
  if (permission === null || permission === undefined) return "public";
  return typeof permission === "string" ? permission : `${permission.action} ${permission.subject}`;
}
