import { toUuid } from "@tidings/db";
import { afterAll, beforeAll, expect, it } from "vitest";
import { finishInTurn } from "../../src/modules/deliveries/completion.repository.ts";
import {
  expectNothingLost,
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
  installation = await startInstallation({ engine: false });
  school = await givenSchool(installation);
});
afterAll(() => installation?.stop());

it("completes a message of which two chunks end at once, by whichever commits last", async () => {
  const identities = ["push", "webhook"].map((kind) => ({ kind, address: "u-1" }));
  await school.addUsers([{ userId: "u-1", identities }]);
  const engine = await installation.startEngine();
  const id = await school.send(messageTo(users("u-1"), ["courier", "hook"]));
  await school.completed(id);
  await engine.stop();
  const message = toUuid("message", id);
  await installation.books.transaction(async ({ sql }) => {
    await sql`update messages set state = 'sending', completed_at = null where id = ${message}`;
    await sql`update chunks set state = 'sending' where message_id = ${message}`;
  });
  let endedCount = 0;
  let goOn = () => {};
  const bothEnded = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  const endChunkOf = (channelId: string) =>
    installation.foundation.transactAsWorker({ tenantId: school.tenantId }, async (tx) => {
      await tx.sql`update chunks set state = 'done'
        where message_id = ${message} and channel_id = ${toUuid("channel", channelId)}`;
      if (++endedCount === 2) goOn();
      // Neither sees that the other's chunk has ended, too.
      await bothEnded;
      await finishInTurn(tx, school.tenantId, [id]);
    });
  await Promise.all([school.channels.courier, school.channels.hook].map((channel) => endChunkOf(channel.id)));
  expect((await school.message(id)).state).toBe("completed");
  await expectNothingLost(installation);
});
