import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { expectProblem, type Operation } from "../harness/index.ts";
import { type Battery, expectPointer, isRefused, isSane, overAll, routeOf, startBattery } from "./battery.ts";

let battery: Battery;
beforeAll(async () => {
  battery = await startBattery();
}, 60_000);
afterAll(() => battery?.installation.stop());

/** Over every operation that takes a body. */
const overAllBodies = (check: (operation: Operation) => Promise<void>) =>
  overAll(battery.withBody, routeOf, check);

/** Operations whose fields are all optional. */
const MAY_BE_EMPTY = [
  "rotateApiKey",
  "saveUser",
  "updateChannel",
  "updateMember",
  "updateSource",
  "updateTenant",
  "rotateCallbackSecret",
  "updateCallbackEndpoint",
];

describe("a body that is none", () => {
  it("answers 400 when it is missing", () =>
    overAllBodies(async (op) => expectProblem(await battery.ask(op, undefined), "malformed-json", 400)));

  it("answers with what is required when it is an empty object", () =>
    overAllBodies(async (op) => {
      const judge = MAY_BE_EMPTY.includes(op.id) ? isSane : isRefused;
      judge(await battery.ask(op, {}), "{}");
    }));

  it.each([["null"], ['"text"'], ["7"], ["[]"], ["[{}]"]])("is refused as %s", (rawBody) =>
    overAllBodies(async (op) => isRefused(await battery.ask(op, undefined, { rawBody }), rawBody)),
  );

  it.each([
    ["cut off", '{"name":'],
    ["with a comment", '{/* */"name":"x"}'],
    ["twice", "{}{}"],
    ["not UTF-8", new Uint8Array([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d])],
    ["of nothing but blanks", "   "],
  ])("answers 400 as JSON %s", (_, rawBody) =>
    overAllBodies(async (op) =>
      expectProblem(await battery.ask(op, undefined, { rawBody }), "malformed-json", 400),
    ),
  );

  it.each([
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "application/jsonp",
  ])("answers 415 as %s, and names the right type", (type) =>
    overAllBodies(async (op) => {
      const answer = await battery.ask(op, battery.sampleOf(op), { headers: { "content-type": type } });
      expectProblem(answer, "unsupported-media-type", 415);
      expect(answer.headers.get("accept")).toBe("application/json");
    }),
  );

  it("answers 413 above a megabyte, whether the length is declared or not", () =>
    overAllBodies(async (op) => {
      const rawBody = JSON.stringify({ ...battery.sampleOf(op), padding: "x".repeat(1024 * 1024) });
      expectProblem(await battery.ask(op, undefined, { rawBody }), "payload-too-large", 413);
      const headers = { "content-length": String(5 * 1024 ** 3) };
      expectProblem(await battery.ask(op, undefined, { rawBody: "{}", headers }), "payload-too-large", 413);
    }));

  it("is refused with 10,000 levels of nesting", () =>
    overAllBodies(async (op) => {
      const deep = `${"[".repeat(10_000)}${"]".repeat(10_000)}`;
      isRefused(await battery.ask(op, undefined, { rawBody: deep }), "arrays");
      const sample = JSON.stringify({ ...battery.sampleOf(op), deep: 0 });
      const rawBody = sample.replace('"deep":0', `"deep":${deep}`);
      isRefused(await battery.ask(op, undefined, { rawBody }), "in a field");
    }));
});

describe("fields", () => {
  it("that nobody knows are refused by name", () =>
    overAllBodies(async (op) => {
      const answer = await battery.ask(op, { ...battery.sampleOf(op), isAdmin: true, "a/b~c": "x" });
      expectPointer(answer, "/isAdmin");
      expectPointer(answer, "/a~1b~0c");
    }));

  it("named like parts of JavaScript's objects change nothing", () =>
    overAllBodies(async (op) => {
      for (const name of ["__proto__", "constructor", "prototype", "toString"]) {
        const sample = JSON.stringify({ ...battery.sampleOf(op), x: 0 });
        const rawBody = sample.replace('"x":0', `"${name}":{"polluted":true}`);
        isSane(await battery.ask(op, undefined, { rawBody }), name);
      }
      expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
    }));

  it("that hold nobody's business are not taken from the caller: tenant, id, author, state", () =>
    overAllBodies(async (op) => {
      const stolen = {
        tenantId: battery.other.tenantId,
        id: "msg_x",
        authorId: battery.other.memberIds.owner,
      };
      for (const [name, value] of Object.entries(stolen)) {
        if (op.id === "switchTenant") continue;
        expectPointer(await battery.ask(op, { ...battery.sampleOf(op), [name]: value }), `/${name}`);
      }
    }));
});
