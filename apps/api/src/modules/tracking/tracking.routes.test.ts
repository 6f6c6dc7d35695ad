import { randomBytes } from "node:crypto";
import { connect } from "@tidings/db";
import { afterAll, expect, it } from "vitest";
import { transactIn } from "../../platform/database/index.ts";
import { createLogger } from "../../platform/logger.ts";
import { PIXEL_NAME } from "../templates/index.ts";
import { createFollowAddress } from "./follow-address.ts";
import { createTrackedAddresses } from "./tracked-address.rules.ts";
import { trackingRoutes } from "./tracking.routes.ts";

/** Nobody listens there. */
const database = connect({
  url: "postgres://nobody@127.0.0.1:1/none",
  max: 2,
  applicationName: "tidings-test",
  deadlineMs: 500,
});
const addresses = createTrackedAddresses("http://localhost", randomBytes(32));
const routes = trackingRoutes(
  createFollowAddress({
    database,
    transact: transactIn(database),
    addresses,
    logger: createLogger("silent"),
    now: () => new Date(),
  }),
);
afterAll(() => database.close());

it("asks a reader to come back, and shows a picture, while the database is away", async () => {
  const link = await routes.request(addresses.write("7", Buffer.alloc(6, 1), {}) ?? "");
  expect(link.status).toBe(503);
  expect(link.headers.get("retry-after")).toBe("2");
  const text = await link.text();
  expect(text).toContain("请稍后再试");
  expect(text).toContain("Please try again");
  const pixel = await routes.request(addresses.write("7", PIXEL_NAME, {}) ?? "");
  expect([pixel.status, pixel.headers.get("content-type")]).toEqual([200, "image/gif"]);
});

it("answers false addresses without asking the database", async () => {
  const started = performance.now();
  for (const path of ["x", "A".repeat(36), "A".repeat(48)]) {
    expect((await routes.request(`/t/${path}`)).status).toBe(404);
  }
  expect(performance.now() - started).toBeLessThan(400);
});

it("lets a thousand requests wait and turns further ones away, to come back later", async () => {
  const answers = await Promise.all(
    Array.from({ length: 1_010 }, (_, index) =>
      Promise.resolve(routes.request(addresses.write(String(index), Buffer.alloc(6, 1), {}) ?? "")),
    ),
  );
  const statuses = answers.map(({ status }) => status);
  expect(statuses.filter((status) => status === 429)).toHaveLength(10);
  expect(statuses.filter((status) => status === 503)).toHaveLength(1_000);
});
