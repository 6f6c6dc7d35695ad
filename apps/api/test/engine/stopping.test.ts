import { toUuid } from "@tidings/db";
import { afterAll, beforeAll, expect, it } from "vitest";
import {
  expectNothingLost,
  givenSchool,
  type Installation,
  messageTo,
  type School,
  startInstallation,
} from "../harness/index.ts";

let installation: Installation;
let school: School;
beforeAll(async () => {
  installation = await startInstallation({ engine: false });
  school = await givenSchool(installation);
});
afterAll(() => installation?.stop());

it("finishes the batches under way and hands the rest of the chunk back, when it is stopped", async () => {
  const addresses = Array.from({ length: 1_000 }, (_, index) => ({ address: `a-${index}` }));
  const { vendor } = installation;
  const gate = vendor.hold();
  const id = await school.send(messageTo({ kind: "addresses", addresses }, ["courier"]));
  const engine = await installation.startEngine();
  await gate.arrived(1);
  const stopped = engine.stop();
  gate.open();
  await stopped;
  const [chunk] = await installation.books.transaction(
    ({ sql }) => sql`select state, round_count, lease_token, due_at <= now() as due from chunks
      where message_id = ${toUuid("message", id)}`,
  );
  expect(chunk).toEqual({ state: "ready", round_count: 0, lease_token: null, due: true });
  const { counts } = await school.message(id);
  expect(counts.submitted).toBe(vendor.effects.size);
  expect(counts.unknown).toBe(0);
  expect(vendor.effects.size).toBeLessThan(1_000);
  await installation.startEngine();
  await school.completed(id);
  expect([...vendor.effects.values()].every((count) => count === 1)).toBe(true);
  await expectNothingLost(installation);
});
