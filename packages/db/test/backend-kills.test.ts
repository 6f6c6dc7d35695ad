import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { withSession } from "../src/client/session.ts";
import { createTestDatabase, type TestDatabase } from "../src/testing/index.ts";
import { createOperations, type Tally, violations } from "./chaos/scenario.ts";

const HARDENED_MS = Number(process.env.TIDINGS_CHAOS_MS ?? 8_000);
const STOCK_ROUND_MS = 3_000;
const STOCK_ROUNDS = 5;
/** Over the run itself: the last transactions, the check of the pool, the start of the process. */
const GRACE_MS = 40_000;

const script = fileURLToPath(new URL("./chaos/run.ts", import.meta.url));
const execute = promisify(execFile);

/** T-DB-1: the reason why `packages/db` owns the client. */
describe("when backends die inside transactions", () => {
  let database: TestDatabase;

  beforeAll(async () => {
    database = await createTestDatabase();
    await withSession(database.url, "test", createOperations);
  });

  afterAll(() => database.drop());

  it(
    "the hardened client leaks, halves, loses and hangs nothing, and recovers",
    async () => {
      const tally = await run("hardened", HARDENED_MS);
      console.log("hardened", JSON.stringify(tally));
      expect(tally.kills).toBeGreaterThan(HARDENED_MS / 400);
      expect(tally.transactions).toBeGreaterThan(tally.kills);
      expect(tally).toMatchObject({
        crossReads: 0,
        partialCommits: 0,
        lostCommits: 0,
        ghostCommits: 0,
        hangs: 0,
        uncaught: 0,
        recovered: true,
      });
    },
    HARDENED_MS + GRACE_MS,
  );

  it(
    "the stock pool does break a promise, so this test can see one",
    async () => {
      let broken = 0;
      for (let round = 0; round < STOCK_ROUNDS && broken === 0; round++) {
        const tally = await run("stock", STOCK_ROUND_MS).catch(() => "crashed" as const);
        console.log("stock", JSON.stringify(tally));
        broken += tally === "crashed" ? 1 : violations(tally);
      }
      expect(broken).toBeGreaterThan(0);
    },
    STOCK_ROUNDS * (STOCK_ROUND_MS + GRACE_MS),
  );

  async function run(kind: "hardened" | "stock", durationMs: number): Promise<Tally> {
    const { stdout } = await execute(
      process.execPath,
      ["--import", "tsx", script, kind, database.url, String(durationMs)],
      { timeout: durationMs + GRACE_MS },
    );
    return JSON.parse(stdout);
  }
});
