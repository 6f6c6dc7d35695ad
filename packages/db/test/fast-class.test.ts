import { setFlagsFromString } from "node:v8";
import { expect, it } from "vitest";
import { makeFast } from "../src/client/fast-class.ts";
import { connect } from "../src/index.ts";
import { createTestDatabase } from "../src/testing/index.ts";

setFlagsFromString("--allow-natives-syntax");
const isFast = new Function("value", "return %HasFastProperties(value)") as (value: unknown) => boolean;

it("gives a class fast properties that has a static accessor with a computed name", () => {
  class Slow extends Array {
    static override get [Symbol.species]() {
      return Array;
    }
  }
  expect(isFast(Slow)).toBe(false);
  makeFast(Slow);
  expect(isFast(Slow)).toBe(true);
  expect(Slow[Symbol.species]).toBe(Array);
});

it("has statements of a fast class", async () => {
  const { url, drop } = await createTestDatabase();
  const database = connect({ url, max: 1, applicationName: "test" });
  try {
    const statement = await database.transaction(async ({ sql }) => ({ class: sql`select 1`.constructor }));
    expect(isFast(statement.class)).toBe(true);
  } finally {
    await database.close();
    await drop();
  }
});
