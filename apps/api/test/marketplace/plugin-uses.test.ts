import { afterAll, beforeAll, expect, it } from "vitest";
import {
  listRunningSeries,
  listWaitingMessages,
} from "../../src/modules/installations/uninstall/waiting-uses.repository.ts";
import {
  givenSchool,
  type Installation,
  mustSucceed,
  SAMPLES,
  type School,
  startInstallation,
} from "../harness/index.ts";

let installation: Installation;
let school: School;

beforeAll(async () => {
  installation = await startInstallation({ engine: false });
  school = await givenSchool(installation);
  await school.addUsers([{ userId: "u-1", identities: [{ kind: "push", address: "d-1" }] }]);
}, 60_000);
afterAll(() => installation?.stop());

const make = (path: string, body: object) => mustSucceed<{ id: string }>(school.owner("POST", path, body));

it("names messages that wait and series that go on, of the channels that are asked for and of one tenant", async () => {
  const sample = { ...SAMPLES.sendMessage?.(school, "given") };
  const message = await make("/v1/messages", { ...sample, ...SAMPLES.updateMessage?.(school, "given") });
  const series = await make("/v1/series", { ...SAMPLES.createSeries?.(school, "given") });
  const { transact } = installation.foundation;
  const usesOf = (tenantId: string, channelId: string) =>
    transact({ tenantId }, async (tx) => [
      ...(await listWaitingMessages(tx, tenantId, [channelId], 20)),
      ...(await listRunningSeries(tx, tenantId, [channelId], 20)),
    ]);
  const courier = school.channels.courier.id;
  expect(await usesOf(school.tenantId, courier)).toEqual([
    { id: message.id, name: "x" },
    { id: series.id, name: "x" },
  ]);
  expect(await usesOf((await givenSchool(installation, "邻校")).tenantId, courier)).toEqual([]);
  await mustSucceed(school.owner("POST", `/v1/messages/${message.id}/cancellation`));
  expect((await usesOf(school.tenantId, courier)).map(({ id }) => id)).toEqual([series.id]);
});
