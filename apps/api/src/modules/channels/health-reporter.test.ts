import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Transact } from "../../platform/database/index.ts";
import { toUuid } from "../../platform/ids.ts";
import { createTestInstallation, type TestInstallation } from "../tenants/tenant.fixture.ts";
import { createHealthReporter } from "./health-reporter.ts";

let installation: TestInstallation;
let channel: { tenantId: string; id: string; revision: number };
let nowMs = 0;
beforeAll(async () => {
  installation = await createTestInstallation();
});
afterAll(() => installation.close());
beforeEach(async () => {
  const tenant = await installation.createTenant();
  channel = { tenantId: tenant.id, id: (await installation.addChannel(tenant)).id, revision: 1 };
});

const startProcess = (transactAsWorker: Transact = installation.transactAsWorker) =>
  createHealthReporter({ transactAsWorker, clock: { now: () => new Date() }, monotonicMs: () => nowMs });

const REFUSED = { ok: false, code: "bad_token", detail: "The token is wrong." } as const;

async function health(): Promise<[health: string, code: string | null]> {
  const [row] = await installation.superuser.transaction(
    ({ sql }) => sql<[{ health: string; health_code: string | null }]>`
      select health, health_code from channels where id = ${toUuid("channel", channel.id)}`,
  );
  return [row.health, row.health_code];
}

describe("the health of a channel", () => {
  it("is what was seen last, though another process has seen something else meanwhile", async () => {
    const [one, other] = [startProcess(), startProcess()];
    await one(channel, { ok: true });
    await other(channel, REFUSED);
    expect(await health()).toEqual(["failing", "bad_token"]);
    nowMs += 30_000;
    await one(channel, { ok: true });
    expect(await health()).toEqual(["healthy", null]);
  });

  it("is written once as long as it stays the same", async () => {
    let writes = 0;
    const report = startProcess((scope, work) => {
      writes++;
      return installation.transactAsWorker(scope, work);
    });
    for (const seen of [{ ok: true }, { ok: true }, REFUSED, REFUSED] as const) await report(channel, seen);
    expect(writes).toBe(2);
  });

  it("is written with the next batch where it could not be written before", async () => {
    let isAway = true;
    const report = startProcess((scope, work) =>
      isAway ? Promise.reject(new Error("the database is away")) : installation.transactAsWorker(scope, work),
    );
    await expect(report(channel, REFUSED)).rejects.toThrow("away");
    isAway = false;
    await report(channel, REFUSED);
    expect(await health()).toEqual(["failing", "bad_token"]);
  });
});
