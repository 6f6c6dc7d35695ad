import { toUuid } from "@tidings/db";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createLedger, type LedgerReport } from "../../src/modules/deliveries/index.ts";
import { createLogger } from "../../src/platform/logger.ts";
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
let messageId: string;
beforeAll(async () => {
  installation = await startInstallation();
  school = await givenSchool(installation);
  const addresses = Array.from({ length: 3 }, (_, index) => ({ address: `a-${index}` }));
  messageId = await school.send(messageTo({ kind: "addresses", addresses }, ["courier"]));
  await school.completed(messageId);
  await expectNothingLost(installation);
});
afterAll(() => installation?.stop());

async function fullRound(): Promise<LedgerReport> {
  const { dispatch, transactAsWorker: transact } = installation.foundation;
  const reports: LedgerReport[] = [];
  const ledger = createLedger({
    dispatch,
    transact,
    logger: createLogger("silent"),
    now: () => new Date(),
    report: async (report) => void reports.push(report),
  });
  while (reports.length === 0) await ledger.run();
  return reports[0] as LedgerReport;
}

const AGREES = { chunk_rows: 0, chunk_overlap: 0, stranded: 0, open_chunk: 0, lost_lease: 0, counts: 0 };

/** Damages the message's rows by one statement, looks through the books, and mends it. */
async function roundWith(damage: string, repair: string): Promise<LedgerReport["counts"]> {
  const apply = (statement: string) =>
    installation.books.transaction(({ sql }) => sql.unsafe(statement, [toUuid("message", messageId)]));
  await apply(damage);
  const { counts } = await fullRound();
  await apply(repair);
  return counts;
}

it("finds nothing in books that agree", async () => {
  expect((await fullRound()).counts).toEqual(AGREES);
});

it("finds a delivery that nothing will move any more", async () => {
  const one =
    "update deliveries set state = $state where id = (select min(id) from deliveries where message_id = $1)";
  const counts = await roundWith(one.replace("$state", "'ready'"), one.replace("$state", "'accepted'"));
  expect(counts).toMatchObject({ stranded: 1, chunk_rows: 0 });
});

it("finds a chunk that lacks a row or covers another's", async () => {
  const grow = "update chunks set delivery_count = delivery_count + 1 where message_id = $1";
  expect(await roundWith(grow, grow.replace("+", "-"))).toEqual({ ...AGREES, chunk_rows: 1 });
});

it("finds a chunk of an ended message that still waits", async () => {
  const reopen = "update chunks set state = 'ready', due_at = now() + interval '1 day' where message_id = $1";
  expect(await roundWith(reopen, reopen.replace("'ready'", "'done'"))).toEqual({ ...AGREES, open_chunk: 1 });
});

it("finds a count that differs from the rows, and shows it in the metrics", async () => {
  const uncounted =
    "update deliveries set read_at = now() where id = (select min(id) from deliveries where message_id = $1)";
  expect(await roundWith(uncounted, uncounted.replace("now()", "null"))).toEqual({ ...AGREES, counts: 1 });
  const { metrics } = installation.foundation;
  metrics.ledger.report(await fullRound());
  const text = await metrics.registry.metrics();
  expect(text).toContain('tidings_ledger_discrepancies{kind="counts"} 0');
  expect(text).toMatch(/tidings_ledger_round_age_seconds \d/);
});
