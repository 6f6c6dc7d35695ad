import { fromBigint, toUuid } from "@tidings/db";
import fc from "fast-check";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { type Engagement, mergeReceipt, type Receipt } from "../../src/modules/deliveries/index.ts";
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
  installation = await startInstallation();
  school = await givenSchool(installation);
});
afterAll(() => installation?.stop());
afterEach(() => expectNothingLost(installation));

/** What a delivery is before its receipts come. */
const STARTS = ["accepted", "unknown", "failed"] as const;
type Start = (typeof STARTS)[number];

const receipt = fc.record({
  type: fc.constantFrom<Receipt["type"]>("delivered", "undelivered", "read", "clicked"),
  /** From the vendor's acceptance. */
  afterMs: fc.integer({ min: -3_000, max: 60_000 }),
  code: fc.constantFrom("gone", "full", "blocked"),
});
const history = fc.record({
  start: fc.constantFrom(...STARTS),
  receipts: fc.array(receipt, { maxLength: 6 }),
});
const pushes = fc.record({
  histories: fc.array(history, { minLength: 1, maxLength: 30 }),
  order: fc.infiniteStream(fc.nat()),
  sizes: fc.infiniteStream(fc.integer({ min: 1, max: 40 })),
});

interface Row extends Engagement {
  ref: string;
  address: string;
  acceptedAt: Date | null;
}

async function rowsOf(messageIds: readonly string[]): Promise<Row[]> {
  const ids = messageIds.map((id) => toUuid("message", id));
  const rows = await installation.books.transaction(
    ({ sql }) => sql<(Row & { id: string })[]>`
      select id::text, address, state::text, accepted_at as "acceptedAt", delivered_at as "deliveredAt",
        read_at as "readAt", clicked_at as "clickedAt"
      from deliveries where message_id = any(${ids}::uuid[]) order by id`,
  );
  return rows.map(({ id, ...row }) => ({ ...row, ref: fromBigint("dlv", id) }));
}

const addressOf = (start: Start, index: number) => `${start}-${index}`;

/** The courier refuses who is to fail, and cuts the line over those of whom nothing is to be known. */
function answer({ body }: { body: string }) {
  const items: { ref: string; to: string }[] = JSON.parse(body).items;
  if (items.some(({ to }) => to.startsWith("unknown"))) return "cut";
  const refused = items.filter(({ to }) => to.startsWith("failed")).map(({ ref }) => [ref, "no_device"]);
  return { status: 200, body: JSON.stringify({ refused: Object.fromEntries(refused) }) };
}

/** A delivery for every address, in the state that it begins with. */
async function givenDeliveries(addresses: readonly string[]): Promise<string[]> {
  installation.vendor.answer(answer);
  const isUnknown = (address: string) => address.startsWith("unknown");
  const parts = [addresses.filter(isUnknown), addresses.filter((address) => !isUnknown(address))];
  const ids: string[] = [];
  // Those of whom nothing is known in a call of their own, and another one after it: the channel has to stay in use.
  for (const part of [...parts, ["witness"]].filter(({ length }) => length > 0)) {
    const audience = { kind: "addresses", addresses: part.map((address) => ({ address })) };
    ids.push(await school.send(messageTo(audience, ["courier"])));
    await school.completed(ids.at(-1) ?? "");
  }
  return ids;
}

it("merges receipts as the rule does, in whatever order, however often and in whatever pushes they come", async () => {
  let run = 0;
  const property = fc.asyncProperty(pushes, async ({ histories, order, sizes }) => {
    run++;
    const ids = await givenDeliveries(histories.map(({ start }, index) => addressOf(start, index)));
    const before = await rowsOf(ids);
    const told = new Map(histories.map(({ start, receipts }, index) => [addressOf(start, index), receipts]));
    const events = before.flatMap(({ ref, address, acceptedAt }) =>
      (told.get(address) ?? []).map(({ type, afterMs, code }, number) => ({
        eventId: `${run}/${ref}/${number}`,
        type,
        at: (acceptedAt?.getTime() ?? 1_700_000_000_000) + afterMs,
        ref,
        ...(type === "undelivered" && { code }),
      })),
    );
    const shuffled = [...events, ...events]
      .map((event) => ({ event, key: order.next().value as number }))
      .sort((a, b) => a.key - b.key)
      .map(({ event }) => event);
    while (shuffled.length > 0) {
      const some = shuffled.splice(0, sizes.next().value as number);
      await school.pushReceipt(school.channels.courier, { events: some });
    }
    const expected = before.map((row) =>
      events
        .filter(({ ref }) => ref === row.ref)
        // Vendors give whole seconds: nothing happened before the vendor had it.
        .map(({ type, at }) => ({ type, at: new Date(Math.max(at, row.acceptedAt?.getTime() ?? 0)) }))
        .reduce(mergeReceipt, row),
    );
    expect(await rowsOf(ids)).toEqual(expected);
  });
  await fc.assert(property, { numRuns: 15, interruptAfterTimeLimit: 8_000 });
});
