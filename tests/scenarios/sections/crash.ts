import { randomBytes, randomInt } from "node:crypto";
import { createBlankDatabase } from "@tidings/db/testing";
import { beforeAll, describe, expect, it } from "vitest";
import { buildServer } from "../../../apps/api/test/harness/built-server.ts";
import {
  callWithKey,
  givenSchool,
  messageTo,
  newPhone,
  type School,
  until,
} from "../../../apps/api/test/harness/index.ts";
import { openOperator } from "../../../apps/api/test/harness/operator.ts";
import { newChannel, newSchool, passes } from "../scene.ts";
import { OWN_PLUGINS, stage } from "../stage.ts";

const PUPILS = 900;
const KILLS = 3;
const MOST_BETWEEN_KILLS = 60;
/** How long the receiver takes over a call; it is asked by 32 at once. */
const SLOWNESS_MS = 150;
/** What one worker may have under way on a channel: eight batches, of fifty recipients each for the courier. */
const UNDER_WAY = { courier: 8 * 50, webhook: 8 * 100 };
const LEASE_SECONDS = 61;
/** A start takes long where others use the machine too. */
const PATIENCE_MS = 150_000;

describe("4.11 crash, restart, upgrade", () => {
  let school: School;
  beforeAll(async () => {
    school = await newSchool();
  });

  const pupils = (tag: string, count: number) =>
    school.addUsers(
      Array.from({ length: count }, (_, index) => ({
        userId: `${tag}-${index}`,
        tags: [tag],
        identities: [
          { kind: "push", address: `${tag}-${index}` },
          { kind: "webhook", address: `${tag}-${index}` },
          { kind: "sms", address: newPhone() },
        ],
      })),
    );
  const broadcast = (tag: string, channel: string, rest: object = {}) =>
    school.send(messageTo({ kind: "tags", any: [tag], all: [], not: [] }, [channel], rest));

  /** SIGKILL, and a start after the leases of the dead server have run out. */
  async function killAndRestart(): Promise<void> {
    await stage.server.kill();
    await passes(LEASE_SECONDS);
    await stage.server.start();
  }

  it(
    "S123 reaches everybody through three kills, and repeats only what the receiver knows for a repeat",
    async () => {
      await pupils("killed", PUPILS);
      await newChannel(school, "own-system", "tidings/webhook", {
        settings: { url: `${stage.vendor.url}/hook` },
        secrets: { secret: `whsec_${randomBytes(24).toString("base64")}` },
      });
      stage.vendor.slowness(SLOWNESS_MS);
      const { calls, effects } = stage.vendor;
      const id = await broadcast("killed", "own-system");
      for (let kill = 0; kill < KILLS; kill++) {
        const enough = Math.min(effects.size + randomInt(1, MOST_BETWEEN_KILLS), PUPILS);
        await until(() => effects.size >= enough);
        await killAndRestart();
      }
      stage.vendor.slowness(0);
      const { counts } = await school.completed(id);
      expect(counts).toMatchObject({ targeted: PUPILS, submitted: PUPILS, unknown: 0, failed: 0 });
      // One webhook id for each pupil, whatever was repeated: the receiver drops what it has seen.
      expect(effects.size).toBe(PUPILS);
      expect(new Set(calls.map(({ body }) => JSON.parse(body).to)).size).toBe(PUPILS);
      expect(calls.length - PUPILS).toBeLessThanOrEqual(KILLS * UNDER_WAY.webhook);
    },
    PATIENCE_MS,
  );

  it(
    "S123 doubles nobody through kills where the vendor knows no repeats, and owns up to what it cannot know",
    async () => {
      await pupils("plain", PUPILS);
      const gate = stage.vendor.hold();
      const id = await broadcast("plain", "courier");
      await gate.arrived(8);
      await killAndRestart();
      gate.open();
      const { counts } = await school.completed(id);
      const times = [...stage.vendor.effects.values()];
      expect(Math.max(...times)).toBe(1);
      expect(counts.targeted).toBe(PUPILS);
      expect((counts.submitted ?? 0) + (counts.unknown ?? 0)).toBe(PUPILS);
      expect(counts.unknown).toBeGreaterThan(0);
      expect(counts.unknown).toBeLessThanOrEqual(2 * UNDER_WAY.courier);
      // Whoever is called reached was, and whoever the vendor never heard of is called unknown.
      expect(times.length).toBeGreaterThanOrEqual(counts.submitted ?? 0);
    },
    PATIENCE_MS,
  );

  it(
    "S129 loses no receipt while it is away: the vendor comes again, and the backlog drains",
    async () => {
      await pupils("receipts", 300);
      const { receiptsUrl } = school.channels.sms;
      // Nobody listens there: the vendor has to keep what it has to say.
      stage.sms.options.receiptsUrl = "http://127.0.0.1:9/";
      const id = await broadcast("receipts", "sms");
      expect((await school.completed(id)).counts).toMatchObject({ submitted: 300, delivered: 0 });
      await stage.server.kill();
      stage.sms.options.receiptsUrl = receiptsUrl ?? "";
      await passes(3600);
      await stage.server.start();
      await until(async () => (await school.message(id)).counts.delivered === 300);
      expect((await school.message(id)).counts).toMatchObject({ delivered: 300, undelivered: 0 });
    },
    PATIENCE_MS,
  );

  it(
    "S127 sets an empty database up once for two servers that start together, after one that died over it",
    async () => {
      const database = await createBlankDatabase();
      const installationKey = randomBytes(32);
      const env = { DATABASE_URL: database.url, TIDINGS_KEY: installationKey.toString("base64") };
      const build = () => buildServer({ env, demo: false, plugins: OWN_PLUGINS });
      const [first, second] = [await build(), await build()];
      try {
        const dying = first.start().catch(() => "died");
        await until(() => first.output().includes("migrating the database"));
        await first.kill();
        expect(await dying).toBe("died");
        await Promise.all([first.start(), second.start()]);
        const operator = await openOperator({
          databaseUrl: database.url,
          installationKey,
          publicUrl: first.publicUrl,
        });
        const http = { app: { request: fetch }, ...operator };
        const { apiKey } = await givenSchool({ ...stage, http, publicUrl: first.publicUrl });
        await operator.close();
        for (const { publicUrl } of [first, second]) {
          expect((await fetch(`${publicUrl}/ready`)).status).toBe(200);
          const { body } = await callWithKey({ http, publicUrl }, apiKey)("GET", "/v1/tenant");
          expect(body).toMatchObject({ name: "实验学校" });
        }
      } finally {
        await first.remove();
        await second.remove();
        await database.drop();
      }
    },
    PATIENCE_MS,
  );
});
