import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { createFallbackLoop } from "../../src/modules/flows/index.ts";
import { fromUuid } from "../../src/platform/ids.ts";
import { type Installation, startInstallation } from "../harness/index.ts";

let installation: Installation;
beforeAll(async () => {
  installation = await startInstallation({ engine: false });
});
afterAll(() => installation?.stop());
beforeEach(() => installation.books.transaction(({ sql }) => sql`update flows set wake_at = null`));

/** Flows of a message of a tenant of its own that have been due for so long. */
async function givenDueFlows(count: number, minutesAgo: number): Promise<string> {
  const [row] = await installation.books.transaction(
    ({ sql }) => sql<{ message_id: string }[]>`
      with message as materialized (select gen_random_uuid() as tenant_id, gen_random_uuid() as id), made as (
        insert into flows (tenant_id, message_id, user_id, wake_at)
        select tenant_id, id, gen_random_uuid(), now() - make_interval(mins => ${minutesAgo})
        from message, generate_series(1, ${count})
      )
      select id as message_id from message`,
  );
  return fromUuid("message", row?.message_id ?? "");
}

/** A loop that looks at few flows at once, and the messages that it has been through. */
function givenLoop(limits: { messages: number; lookedAt: number; newest: number }, failing?: string) {
  const { dispatch, transactAsWorker: transact, logger } = installation.foundation;
  const judged: string[] = [];
  const nothing = async () => undefined;
  const loop = createFallbackLoop(
    {
      dispatch,
      transact,
      expandStep: nothing,
      holdBatches: nothing,
      async afterChunk(_, messageId) {
        if (messageId === failing) throw new Error("of this message only");
        judged.push(messageId);
      },
      nudgeDispatcher: () => undefined,
      logger,
    },
    limits,
  );
  return { loop, judged };
}

it("comes to what has just come due in the first round, however much another message has due before", async () => {
  const large = await givenDueFlows(500, 120);
  const small = await givenDueFlows(1, 0);
  const { loop, judged } = givenLoop({ messages: 10, lookedAt: 20, newest: 5 });
  await loop.run();
  expect(judged.sort()).toEqual([large, small].sort());
});

it("comes to what lies between two large messages while they are under way", async () => {
  await givenDueFlows(300, 120);
  const small = await givenDueFlows(1, 60);
  await givenDueFlows(300, 0);
  const { loop, judged } = givenLoop({ messages: 10, lookedAt: 200, newest: 5 });
  await loop.run();
  expect(judged).not.toContain(small);
  await loop.run();
  expect(judged).toContain(small);
});

it("judges every flow that is due, however few messages a round takes", async () => {
  const messages = await Promise.all([5, 4, 3, 2, 1].map((minutes) => givenDueFlows(7, minutes)));
  const { loop, judged } = givenLoop({ messages: 1, lookedAt: 10, newest: 1 });
  while (await loop.run());
  expect(new Set(judged)).toEqual(new Set(messages));
  const left = await installation.books.transaction(
    ({ sql }) => sql`select from flows where wake_at is not null`,
  );
  expect(left).toHaveLength(0);
});

it("judges the flows of the other messages when one fails", async () => {
  const failing = await givenDueFlows(1, 2);
  const other = await givenDueFlows(1, 1);
  const { loop, judged } = givenLoop({ messages: 10, lookedAt: 10, newest: 10 }, failing);
  await loop.run();
  expect(judged).toEqual([other]);
});
