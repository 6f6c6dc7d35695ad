import { type Tx, toUuid } from "@tidings/db";
import { afterEach, beforeEach, expect, it } from "vitest";
import { expandNext } from "../../src/modules/deliveries/expand/expand-next.ts";
import {
  type CapturedLog,
  captureLog,
  expandingLoops,
  expandOnce,
  givenSchool,
  type Installation,
  messageTo,
  mustSucceed,
  type School,
  startInstallation,
  timePasses,
  users,
} from "../harness/index.ts";

/*
 * Slices of large audiences: nobody sends what is made of them.
 */

let installation: Installation;
let school: School;
let log: CapturedLog;
beforeEach(async () => {
  log = captureLog();
  installation = await startInstallation({ engine: false, logger: log.logger });
  school = await givenSchool(installation);
});
afterEach(() => installation?.stop());

const LIMITS = { deadlineMs: 30_000, statementTimeoutMs: 30_000 };
const everyone = { kind: "all" };

async function givenUsers(count: number): Promise<void> {
  const tenant = toUuid("tenant", school.tenantId);
  await installation.books.transaction(async ({ sql }) => {
    await sql`insert into users (tenant_id, id, external_id, name)
      select ${tenant}, ('00000001-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'm-' || n, 'M'
      from generate_series(1, ${count}::int) n`;
    await sql`insert into identities (tenant_id, id, user_id, kind, address, scope)
      select ${tenant}, gen_random_uuid(), id, 'push', external_id, 'all' from users where tenant_id = ${tenant}`;
  }, LIMITS);
}
const query = (text: string) => installation.books.transaction(({ sql }) => sql.unsafe(text), LIMITS);
const cap = () =>
  mustSucceed(
    school.owner("PUT", "/v1/frequency-caps", {
      items: [
        { limit: 5, hours: 24 },
        { limit: 3, hours: 24, channelKind: "push" },
      ],
    }),
  );
const stateOf = async (id: string) => (await school.message(id)).state;
const targeted = async (id: string) => (await school.message(id)).counts.targeted;
const failures = (): string[] =>
  log.lines
    .map((line) => JSON.parse(line))
    .filter(({ msg }) => msg === "the deliveries of a message could not be made")
    .map(({ err }) => err.message);

/** Rounds of the expander, with the pauses behind failures left out. */
async function expand(id: string): Promise<void> {
  for (let round = 0; round < 10 && (await stateOf(id)) === "expanding"; round++) {
    await expandOnce(installation);
    await timePasses(installation, 600);
  }
}

/** Makes a slice, and looks at it before it is committed; `further` has where one beside it would begin. */
async function makeSlice<T>(messageId: string, look: (tx: Tx, further: string[]) => Promise<T>): Promise<T> {
  const { tenantId } = school;
  const { readRestraints, transactAsWorker } = installation.foundation;
  const restraints = await readRestraints(tenantId);
  const further: string[] = [];
  return transactAsWorker({ tenantId }, async (tx) => {
    const announce = (cursor: string) => void further.push(cursor);
    await expandNext(tx, { tenantId, messageId }, { restraints, halvings: 0, announce });
    return look(tx, further);
  });
}

it("count for all caps at once, by one look at each user's deliveries", async () => {
  await givenUsers(2_100);
  // The planner takes the deliveries for none.
  await query("analyze");
  await cap();
  const messageId = await school.send(messageTo(everyone, ["courier"]));
  const looks = await makeSlice(
    messageId,
    ({ sql }) => sql<{ partition: string; looks: number }[]>`
    select indrelid::regclass::text as partition, pg_stat_get_xact_numscans(indexrelid)::int as looks
    from pg_index where indexrelid::regclass::text like 'deliveries_m%_user_id_idx'`,
  );
  expect(await targeted(messageId)).toBe(2_000);
  expect(looks.map(({ looks }) => looks)).toEqual(looks.map(() => 2_000));
});

it("are tried at half their size when they were too large for the machine", async () => {
  await query(`create function be_slow() returns trigger language plpgsql as $$ begin
      if (select count(*) from made) > 1000 then
        raise exception 'canceling statement due to statement timeout' using errcode = '57014';
      end if;
      return null; end $$;
    create trigger be_slow after insert on deliveries referencing new table as made
      for each statement execute function be_slow()`);
  await givenUsers(1_600);
  const id = await school.send(messageTo(everyone, ["courier"]));
  await expand(id);
  expect(failures()).toHaveLength(1);
  expect(await targeted(id)).toBe(1_600);
  await query("drop function be_slow cascade");
});

it("are made for a while, then it is looked anew who has some; who names recipients does not wait", async () => {
  await query(`create function be_slow() returns trigger language plpgsql as $$ begin
      perform pg_sleep(0.3);
      return null; end $$;
    create trigger be_slow after insert on deliveries for each statement execute function be_slow()`);
  await givenUsers(10);
  const large = [
    await school.send(messageTo(everyone, ["courier"])),
    await school.send(messageTo(everyone, ["courier"])),
    await school.send(messageTo(everyone, ["courier"])),
  ];
  const { slicer, expander } = expandingLoops(installation, { slicingMs: 250 });
  const few = await school.send(messageTo(users("m-1"), ["courier"]));
  const slicing = slicer.run();
  await expander.run();
  expect(await targeted(few)).toBe(1);
  await slicing;
  expect(await Promise.all(large.map(targeted))).toEqual([10, 0, 0]);
  await slicer.run();
  await slicer.run();
  expect(await Promise.all(large.map(targeted))).toEqual([10, 10, 10]);
  await query("drop function be_slow cascade");
});

it("go on while their message is alone, and are two in turn where there are several", async () => {
  await givenUsers(42_100);
  const alone = await school.send(messageTo(everyone, ["courier"]));
  await expandOnce(installation);
  expect(await targeted(alone)).toBe(42_100);
  expect(await stateOf(alone)).not.toBe("expanding");
  const several = [
    await school.send(messageTo(everyone, ["courier"])),
    await school.send(messageTo(everyone, ["courier"])),
  ];
  await expandOnce(installation);
  expect(await Promise.all(several.map(targeted))).toEqual([22_000, 22_000]);
});

it.each([
  { name: "are made two at a time", rest: {}, isCapped: false, together: 1 },
  { name: "are made one after the other under caps", rest: {}, isCapped: true, together: 0 },
  {
    name: "are made two at a time under caps that do not hold them",
    rest: { category: "critical" },
    isCapped: true,
    together: 1,
  },
  {
    name: "are made one after the other where contents are compared",
    rest: { deduplicateSeconds: 60 },
    isCapped: false,
    together: 0,
  },
])("$name", async ({ rest, isCapped, together }) => {
  await givenUsers(2_100);
  if (isCapped) await cap();
  const messageId = await school.send(messageTo(everyone, ["courier"], rest));
  const further = await makeSlice(messageId, async (_, further) => further);
  expect(await targeted(messageId)).toBe(2_000);
  expect(further).toHaveLength(together);
});

it("are made on however many others quiet hours keep back, and not while enough is due", async () => {
  await givenUsers(2_100);
  const id = await school.send(messageTo(everyone, ["courier"]));
  await makeSlice(id, async () => undefined);
  await query(`insert into chunks (tenant_id, message_id, channel_id, step, priority, first_id, last_id,
      delivery_count, due_at)
    select tenant_id, message_id, channel_id, step, priority, first_id, first_id - 1, 0, now()
    from chunks cross join generate_series(1, 150)`);
  await expandOnce(installation);
  expect(await targeted(id)).toBe(2_000);
  await query("update chunks set due_at = now() + interval '2 hours' where delivery_count = 0");
  await expandOnce(installation);
  expect(await targeted(id)).toBe(2_100);
});

it("are waited for by what goes to a few, for as long as one may take", async () => {
  await givenUsers(1);
  await cap();
  const id = await school.send(messageTo(users("m-1"), ["courier"]));
  const tenant = toUuid("tenant", school.tenantId);
  let lockedNow = () => {};
  const locked = new Promise<void>((resolve) => {
    lockedNow = resolve;
  });
  // Longer than other locks are waited for.
  const slice = installation.books.transaction(async ({ sql }) => {
    await sql`select pg_advisory_xact_lock(hashtextextended(${tenant}, 4))`;
    lockedNow();
    await sql`select pg_sleep(2.5)`;
  });
  await locked;
  await expandOnce(installation);
  await slice;
  expect(await stateOf(id)).not.toBe("expanding");
  expect(log.messages()).not.toContain("messages were not expanded");
});
