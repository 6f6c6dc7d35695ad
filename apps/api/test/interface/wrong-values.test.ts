import { afterAll, beforeAll, expect, it } from "vitest";
import { type Battery, isRefused, isSane, overAll, routeOf, startBattery } from "./battery.ts";

let battery: Battery;
beforeAll(async () => {
  battery = await startBattery();
}, 60_000);
afterAll(() => battery?.installation.stop());

/** Raw JSON, so that it can hold what JavaScript cannot write. */
const WRONG_VALUES: [string, string][] = [
  ["null", "null"],
  ["true", "true"],
  ["a negative number", "-1"],
  ["infinity", "1e999"],
  ["beyond 2^53", "9007199254740993"],
  ["blanks", '"   "'],
  ["NUL", '"a\\u0000b"'],
  ["half a surrogate pair", '"a\\ud800b"'],
  ["900 kB", `"${"x".repeat(900_000)}"`],
  ["SQL", '"\'; drop table users; --"'],
  ["markup", '"<script>alert(1)</script>{{constructor}}{% for i in (1..99999999) %}"'],
  ["a line break", '"a\\r\\nBcc: x@y.cn 👩‍👩‍👧‍👦\\u202e"'],
  ["an array", "[]"],
  ["an object", '{"a":{"b":[]}}'],
  ["2,000 items", JSON.stringify(Array(2000).fill("x"))],
  ["an id of a tenant", '"ten_00000000000000000000000000"'],
  ["an id with a letter it cannot have", '"chn_0000000000000000000000000u"'],
];
/** Nobody downstream can hold these, whatever the field. */
const FORBIDDEN = new Set(["NUL", "half a surrogate pair"]);

it("takes every sample as it is, so that the refusals below are about the values", async () => {
  const unfulfillable = [
    "decideApprovalRequest",
    "changePassword",
    "createSession",
    "switchTenant",
    "resendDelivery",
    "replayMessage",
    "createSubmission",
    "reviewListing",
    "changeListingLabels",
    "withdrawListing",
    "blockPackage",
    "inspectRegistry",
    "addRegistry",
    "orderRegistries",
    "installPlugin",
    "updatePlugin",
    "checkPluginUpgrade",
    "upgradePlugin",
    "reportAllowances",
  ];
  const fulfillable = battery.withBody.filter(({ id }) => !unfulfillable.includes(id));
  await overAll(fulfillable, routeOf, async (operation) => {
    const { status, text } = await battery.ask(operation, battery.sampleOf(operation));
    expect(status, text).toBeLessThan(300);
  });
});

it.each(WRONG_VALUES)("never causes more than a refusal by %s, wherever it stands", async (name, value) => {
  // Passwords are hashed slowly by design and their attempts are counted; their fields have tests of their own.
  const cases = battery.withBody
    .filter(({ id }) => !["changePassword", "createSession"].includes(id))
    .flatMap((operation) =>
      pointersOf(battery.sampleOf(operation))
        .filter((pointer) => name !== "900 kB" || pointer.length === 1)
        .map((pointer) => ({ operation, pointer })),
    );
  expect(cases.length).toBeGreaterThan(50);
  await overAll(
    cases,
    ({ operation, pointer }) => `${routeOf(operation)} /${pointer.join("/")}`,
    async ({ operation, pointer }) => {
      const rawBody = replaceAt(battery.sampleOf(operation), pointer, value);
      const answer = await battery.ask(operation, undefined, { rawBody });
      if (FORBIDDEN.has(name)) isRefused(answer, name);
      else isSane(answer, name);
    },
  );
});

/** Every place in the sample; of the items of an array, the first that has the place. */
function pointersOf(sample: object): string[][] {
  const places = new Map<string, string[]>();
  const walk = (value: unknown, at: string[]) => {
    const place = at.map((key) => (/^\d+$/.test(key) ? "#" : key)).join("/");
    if (at.length > 0 && !places.has(place)) places.set(place, at);
    if (value === null || typeof value !== "object") return;
    for (const [key, child] of Object.entries(value)) walk(child, [...at, key]);
  };
  walk(sample, []);
  return [...places.values()];
}

const MARK = "@@here@@";

function replaceAt(sample: object, pointer: string[], rawValue: string): string {
  const copy = structuredClone(sample) as Record<string, unknown>;
  let parent = copy;
  for (const key of pointer.slice(0, -1)) parent = parent[key] as Record<string, unknown>;
  parent[pointer.at(-1) ?? ""] = MARK;
  return JSON.stringify(copy).split(`"${MARK}"`).join(rawValue);
}
