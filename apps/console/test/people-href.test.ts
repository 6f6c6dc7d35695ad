import { expect, test } from "vitest";
import { SUBMITTED_STATES, statesIn, VALID_STATES } from "#lib/features/deliveries/listed-states.ts";
import { peopleHref } from "#lib/features/messages/people-href.ts";

test.each([VALID_STATES, SUBMITTED_STATES, ["failed"]])(
  "a number links to the states it counts: %s",
  (...states) => {
    const query = new URLSearchParams(peopleHref({ states, step: 0 }).split("#")[0]);
    expect(statesIn(query.get("state") ?? "")).toEqual(states);
    expect(query.get("step")).toBe("0");
  },
);

test("nobody's states are no filter", () => {
  expect(statesIn("")).toBeUndefined();
  expect(statesIn("lost")).toBeUndefined();
});
