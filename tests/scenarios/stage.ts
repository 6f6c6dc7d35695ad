/*
 * The server as it is shipped, in a process of its own, with vendors that outlive it. Importing this starts it once for
 * the whole suite. Scenarios speak to it over HTTP and look at what the vendors got; nothing of the server's code is
 * theirs to call.
 */
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { connect } from "@tidings/db";
import { createTestDatabase } from "@tidings/db/testing";
import { afterAll, afterEach, beforeAll } from "vitest";
import { type BuiltServer, buildServer } from "../../apps/api/test/harness/built-server.ts";
import {
  type CallbackReceiver,
  startCallbackReceiver,
} from "../../apps/api/test/harness/callback-receiver.ts";
import { startFakeVendor } from "../../apps/api/test/harness/fake-vendor.ts";
import { QUOTA_CONTACT, REPOSITORY } from "../../apps/api/test/harness/index.ts";
import { startSimulator } from "../../apps/api/test/harness/installation.ts";
import { openOperator } from "../../apps/api/test/harness/operator.ts";
import type { SchoolHost } from "../../apps/api/test/harness/school.ts";

export interface Stage extends SchoolHost {
  server: BuiltServer;
  databaseUrl: string;
  /** The sources' own system. */
  callbacks: CallbackReceiver;
}

export let stage: Stage;

const stops: (() => Promise<unknown>)[] = [];
beforeAll(async () => {
  stage = await setStage();
});
afterEach(() => stage.vendor.reset());
afterAll(async () => {
  for (const stop of stops.reverse()) await stop();
});

/** A refused push of receipts comes again twice a second, for as long as a server may be away. */
const PUSH_AGAIN = { receiptDelayMs: 20, retryDelaysMs: Array(200).fill(500) };

/** Folders of the plugins that only tests have. */
export const OWN_PLUGINS = [
  join(REPOSITORY, "apps/api/test/harness/plugins/courier"),
  join(REPOSITORY, "tests/scenarios/plugins/clumsy"),
];

async function setStage(): Promise<Stage> {
  const database = await createTestDatabase();
  stops.push(() => database.drop());
  const [sms, mail, hook, vendor, callbacks] = await Promise.all([
    startSimulator("sms-aliyun", PUSH_AGAIN),
    startSimulator("email-smtp"),
    startSimulator("webhook"),
    startFakeVendor(),
    startCallbackReceiver(),
  ]);
  for (const one of [sms, mail, hook, vendor, callbacks]) stops.push(() => one.close());
  const installationKey = randomBytes(32);
  const server = await buildServer({
    env: {
      DATABASE_URL: database.url,
      TIDINGS_KEY: installationKey.toString("base64"),
      QUOTA_CONTACT,
      INTERNAL_ENDPOINTS: `${vendor.endpoint},${callbacks.endpoint}`,
    },
    vendors: { "sms-aliyun": sms, "email-smtp": mail, webhook: hook },
    plugins: OWN_PLUGINS,
  });
  stops.push(() => server.remove());
  await server.start();
  const books = connect({ url: database.url, max: 2, applicationName: "tidings-scenarios" });
  stops.push(() => books.close());
  const { publicUrl } = server;
  const operator = await openOperator({ databaseUrl: database.url, installationKey, publicUrl });
  stops.push(() => operator.close());
  const { tenants, members } = operator;
  const http = { app: { request: fetch }, tenants, members };
  return { server, databaseUrl: database.url, publicUrl, http, books, sms, mail, hook, vendor, callbacks };
}
