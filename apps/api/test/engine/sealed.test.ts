import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createLogger } from "../../src/platform/logger.ts";
import { createSandbox, type Sandbox } from "../../src/platform/plugin-runtime/index.ts";
import {
  expectNothingLost,
  givenSchool,
  type Installation,
  messageTo,
  mustSucceed,
  type School,
  type SchoolChannel,
  startInstallation,
  until,
} from "../harness/index.ts";

/* The engine with every pure plugin sealed, and one among them that holds the sandbox's thread for a certain text. */
const COURIER = fileURLToPath(new URL("../harness/plugins/courier/", import.meta.url));

let sandbox: Sandbox;
let folder: string;
let installation: Installation;
let school: School;
let greedy: SchoolChannel;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tidings-greedy-"));
  await putGreedyCourier(join(folder, "greedy"));
  sandbox = createSandbox({ logger: createLogger("silent"), limits: { beatMs: 200, hangMs: 1_000 } });
  installation = await startInstallation({ sandbox, pluginsFolder: folder });
  school = await givenSchool(installation);
  greedy = await mustSucceed<SchoolChannel>(
    school.owner("POST", "/v1/channels", {
      code: "greedy",
      name: "贪心信使",
      pluginId: "test/greedy",
      settings: { url: installation.vendor.url },
      secrets: { token: "courier-token" },
    }),
  );
  await mustSucceed(school.owner("PUT", `/v1/sources/${school.sourceId}/channels/${greedy.id}`));
});

afterAll(async () => {
  await installation?.stop();
  await sandbox?.close();
  await rm(folder, { recursive: true, force: true });
});

async function putGreedyCourier(path: string): Promise<void> {
  const manifest = JSON.parse(await readFile(join(COURIER, "channel.json"), "utf8"));
  const code = await readFile(join(COURIER, "plugin.js"), "utf8");
  await mkdir(path);
  await writeFile(join(path, "channel.json"), JSON.stringify({ ...manifest, id: "test/greedy" }));
  await writeFile(
    join(path, "plugin.js"),
    `${code.replace("export function plan", "function planGently")}
    export function plan(batch) {
      while (batch.messages.some(({ content }) => content.text === "loop"));
      return planGently(batch);
    }`,
  );
}

const to = (address: string) => ({ kind: "addresses", addresses: [{ address }] });
const sendGreedy = (index: number) =>
  school.send(messageTo(to(`greedy-${index}`), ["greedy"], { content: { push: { text: "loop" } } }));

async function circuit() {
  const path = `/v1/channels/${greedy.id}`;
  type Health = { health: { circuit: { state: string; cause: string; code: string } } };
  return (await mustSucceed<Health>(school.owner("GET", path))).health.circuit;
}

it("delivers through every other channel at the first try while a plugin attacks, and keeps what is the attacker's", async () => {
  const attacks = [await sendGreedy(0)];
  const innocent: string[] = [];
  for (let index = 1; index <= 8; index += 1) {
    attacks.push(await sendGreedy(index));
    innocent.push(await school.send(messageTo(to(`device-${index}`), ["courier"])));
    innocent.push(await school.send(messageTo(to(`screen-${index}`), ["hook"])));
  }
  await school.allCompleted(innocent);
  for (const id of innocent) {
    expect(await school.timelineOf(id)).toMatchObject({ state: "accepted", attemptCount: 1 });
  }
  await until(async () => (await circuit()).state !== "closed");
  expect(await circuit()).toMatchObject({ cause: "unreachable", code: "plugin_blocked" });
  expect(sandbox.counts().disabled).toEqual(["test/greedy"]);
  const metrics = await (await installation.http.app.request("/metrics")).text();
  expect(metrics).toContain('tidings_plugin_disabled{plugin="test/greedy"} 1');
  expect(metrics).toContain('tidings_plugin_strikes_total{plugin="test/greedy",reason="hung"} 2');
  expect(metrics).toMatch(/tidings_sandbox_losses_total\{reason="hung"\} \d/);
  for (const id of attacks) await school.reaches(id, "ready");
  const audit = `/v1/audit-entries?action=channel.paused&subjectId=${greedy.id}`;
  const { items } = await mustSucceed<{ items: { after: object }[] }>(school.owner("GET", audit));
  expect(items).toMatchObject([{ after: { cause: "unreachable" } }]);
  for (const id of attacks) await mustSucceed(school.owner("POST", `/v1/messages/${id}/cancellation`));
  await school.allCompleted(attacks);
  await expectNothingLost(installation);
});
