import { randomBytes } from "node:crypto";
import { toUuid } from "@tidings/db";
import { afterAll, beforeAll, expect, it } from "vitest";
import { watchListeners } from "../../src/composition/callbacks.ts";
import { lay } from "../../src/composition/foundation.ts";
import { watchPlugins } from "../../src/composition/plugins.ts";
import { createLogger } from "../../src/platform/logger.ts";
import { createSandbox, loadPlugins, type Sandbox } from "../../src/platform/plugin-runtime/index.ts";
import {
  givenSchool,
  type Installation,
  listCourier,
  mustSucceed,
  type School,
  startInstallation,
  until,
} from "../harness/index.ts";

/* What one process changes about plugins or callback endpoints, another one with the same database knows within seconds. */

const logger = createLogger("silent");
const stops: (() => Promise<unknown>)[] = [];
let installation: Installation;
let school: School;

beforeAll(async () => {
  installation = await startInstallation({ engine: false, sandbox: newSandbox(), isolation: "in-process" });
  stops.unshift(() => installation.stop());
  school = await givenSchool(installation);
});

afterAll(async () => {
  for (const stop of stops) await stop();
});

function newSandbox(): Sandbox {
  const sandbox = createSandbox({ logger });
  stops.push(() => sandbox.close());
  return sandbox;
}

/** A second process: the same database and key, plugins and runtime of its own. */
async function startProcess(sandbox?: Sandbox) {
  const { databaseUrl, installationKey, publicUrl } = installation.foundation;
  const foundation = lay({
    databaseUrl,
    installationKey,
    publicUrl,
    plugins: await loadPlugins([], logger),
    outbound: { allowedEndpoints: installation.allowedEndpoints },
    logger,
    ...(sandbox && { sandbox }),
  });
  const [stopPlugins, stopListeners] = [await watchPlugins(foundation), await watchListeners(foundation)];
  stops.unshift(stopPlugins, stopListeners, () => foundation.close());
  const catalogue = () => foundation.plugins.of(school.tenantId);
  const send = (pluginId: string) =>
    foundation.runtime.send(
      {
        tenantId: school.tenantId,
        channelId: "chn_1",
        revision: 1,
        pluginId,
        settings: { url: installation.vendor.url },
        readSecrets: async () => ({ token: "courier-token" }),
      },
      {
        batchRef: randomBytes(4).toString("hex"),
        messages: [{ ref: "r1", address: "device", content: { text: "hello" }, variables: {} }],
      },
    );
  return { foundation, catalogue, send };
}

it("knows of an installation, an upgrade, a block and a removal that another process made", async () => {
  const process = await startProcess(newSandbox());
  const id = "acme/courier";
  const first = await listCourier(installation, { id, version: "1.0.0" });
  const second = await listCourier(installation, { id, version: "1.0.1" });
  const block = (sha256: string) =>
    installation.books.transaction(
      ({ sql }) => sql`
        insert into plugin_blocks (sha256, plugin_id, version, cause, reason)
        values (${sha256}, ${id}, '1', 'operator', 'steals')`,
    );
  expect(await process.send(id)).toMatchObject([{ status: "config", code: "plugin_missing" }]);

  const { version, grants } = first;
  await mustSucceed(school.owner("POST", `/v1/plugins/${id}/install`, { version, grants }));
  await until(() => process.catalogue().find(id)?.manifest.version === "1.0.0");
  expect(await process.send(id)).toMatchObject([{ status: "accepted" }]);
  await mustSucceed(school.owner("POST", `/v1/plugins/${id}/upgrade`, { version: "1.0.1" }));
  await until(() => process.catalogue().find(id)?.manifest.version === "1.0.1");
  expect(await process.send(id)).toMatchObject([{ status: "accepted" }]);
  expect(installation.vendor.calls.map(({ path }) => path)).toEqual(["/1.0.0", "/1.0.1"]);

  await block(second.sha256);
  await until(() => process.catalogue().obstacleTo(id)?.code === "plugin_blocked");
  expect(await process.send(id)).toMatchObject([{ status: "transient", code: "plugin_blocked" }]);
  await mustSucceed(school.owner("POST", `/v1/plugins/${id}/rollback`));
  await until(() => process.catalogue().obstacleTo(id) === undefined);
  expect(await process.send(id)).toMatchObject([{ status: "accepted" }]);
  await mustSucceed(school.owner("DELETE", `/v1/plugins/${id}`));
  await until(() => process.catalogue().find(id) === undefined);
});

it("says that the sandbox is not there where it is not, and runs nothing", async () => {
  const process = await startProcess();
  const id = "acme/nowhere";
  const { version, grants } = await listCourier(installation, { id, version: "1.0.0" });
  await mustSucceed(school.owner("POST", `/v1/plugins/${id}/install`, { version, grants }));
  await until(() => process.catalogue().find(id) !== undefined);
  expect(process.catalogue().obstacleTo(id)).toMatchObject({ code: "sandbox_unavailable" });
  const before = installation.vendor.calls.length;
  expect(await process.send(id)).toMatchObject([{ status: "transient", code: "sandbox_unavailable" }]);
  expect(installation.vendor.calls.length).toBe(before);
});

it("records within the second for an endpoint that another process made, until it is off there", async () => {
  const { foundation } = await startProcess();
  const tenant = toUuid("tenant", school.tenantId);
  const records = () => foundation.worker.withTenant(tenant, async (tx) => tx.hasListeners);
  expect(await records()).toBe(false);
  const path = `/v1/sources/${school.sourceId}/callback-endpoints`;
  const { id } = await mustSucceed<{ id: string }>(
    school.owner("POST", path, { url: "https://hooks.example.com/tidings" }),
  );
  const since = performance.now();
  await until(records);
  // A second between two looks; the rest is for a machine that is busy.
  expect(performance.now() - since).toBeLessThan(5_000);
  await mustSucceed(school.owner("PATCH", `${path}/${id}`, { state: "off" }));
  await until(async () => !(await records()));
});
