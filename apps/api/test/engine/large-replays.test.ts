import { toUuid } from "@tidings/db";
import { afterAll, beforeAll, expect, it } from "vitest";
import { lookForResendable } from "../../src/modules/deliveries/index.ts";
import { findResendable } from "../../src/modules/resends/find-resendable.ts";
import { systemContext } from "../../src/platform/context.ts";
import { transactIn } from "../../src/platform/database/index.ts";
import {
  givenSchool,
  type Installation,
  messageTo,
  type School,
  startInstallation,
  users,
} from "../harness/index.ts";

let installation: Installation;
let school: School;
beforeAll(async () => {
  installation = await startInstallation();
  school = await givenSchool(installation);
  await school.addUsers([{ userId: "u-1", identities: [{ kind: "push", address: "d-u-1" }] }]);
});
afterAll(() => installation?.stop());

const CHUNKS = 30;
/** A message over as many ids as 60,000 deliveries have, of which each chunk has one that failed and one that arrived. */
async function givenLargeMessage(): Promise<{ id: string; firstId: bigint }> {
  const id = await school.send(messageTo(users("u-1"), ["courier"]));
  await school.completed(id);
  const [tenant, message] = [toUuid("tenant", school.tenantId), toUuid("message", id)];
  const firstId = await installation.books.transaction(async ({ sql }) => {
    const [{ base }] = await sql<[{ base: string }]>`select nextval('delivery_ids')::text as base`;
    await sql`
      insert into chunks (tenant_id, message_id, channel_id, step, priority, state, first_id, last_id, delivery_count)
      select tenant_id, id, channel_ids[1], 0, 2, 'done', ${base}::bigint + n * 2000, ${base}::bigint + n * 2000 + 1999, 2
      from messages cross join generate_series(0, ${CHUNKS - 1}) n where tenant_id = ${tenant} and id = ${message}`;
    await sql`
      insert into deliveries (id, tenant_id, message_id, channel_id, step, state, address)
      select c.first_id + n, c.tenant_id, c.message_id, c.channel_id, 0,
        case n when 0 then 'failed' else 'delivered' end::delivery_state, 'd-' || c.first_id + n
      from chunks c cross join generate_series(0, 1) n
      where c.tenant_id = ${tenant} and c.message_id = ${message} and c.first_id >= ${base}`;
    return BigInt(base);
  });
  return { id, firstId };
}

it("looks through a large message some deliveries at a time, and leaves out none", async () => {
  const { id, firstId } = await givenLargeMessage();
  const transact = transactIn(installation.books);
  const search = { messageId: id, filter: {}, force: false };
  const first = await transact({ tenantId: school.tenantId }, (tx) =>
    lookForResendable(tx, school.tenantId, search, "0", 10_001),
  );
  // Together with the one that the message was sent with.
  expect(first).toMatchObject({ found: { length: 20 }, skippedCount: 21 });
  expect(first.goOnAfter).toBe(String(firstId + 20n * 2000n - 1n));
  const found = await findResendable(
    transact,
    systemContext(school.tenantId, "replay", { now: () => new Date() }),
    search,
  );
  expect(found).toMatchObject({ hasMore: false, skippedCount: CHUNKS + 1 });
  const ids = Array.from({ length: CHUNKS }, (_, index) => String(firstId + BigInt(index) * 2000n));
  expect(found.deliveries.map((delivery) => delivery.id)).toEqual(ids);
});
