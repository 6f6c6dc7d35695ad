import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { type AddressInfo, createServer, connect as dial, type Server } from "node:net";
import { connect, migrate } from "@tidings/db";
import { createTestDatabase, until } from "@tidings/db/testing";
import { afterEach, expect, it } from "vitest";
import { watchListeners } from "../../src/composition/callbacks.ts";
import { type Foundation, lay } from "../../src/composition/foundation.ts";
import { watchPlugins } from "../../src/composition/plugins.ts";
import { whenDatabaseAnswers } from "../../src/platform/database/index.ts";
import { createLogger } from "../../src/platform/logger.ts";
import { loadPlugins } from "../../src/platform/plugin-runtime/index.ts";
import { createQueueTransport } from "../../src/platform/queue/index.ts";

/* A process that is started while the database restarts. */

const logger = createLogger("silent");
const stops: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

/** The way to a database, on which nobody answers until it is opened. */
async function closedWayTo(databaseUrl: string) {
  const target = new URL(databaseUrl);
  const server: Server = createServer((incoming) => {
    const outgoing = dial(Number(target.port), target.hostname);
    for (const [from, to] of [
      [incoming, outgoing],
      [outgoing, incoming],
    ] as const) {
      from.pipe(to);
      from.on("error", () => to.destroy());
    }
  });
  const listen = async (port: number) => {
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
  };
  await listen(0);
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  const url = new URL(databaseUrl);
  url.host = `127.0.0.1:${port}`;
  stops.push(async () => void server.close());
  return { url: url.href, open: () => listen(port) };
}

async function givenProcess(databaseUrl: string): Promise<Foundation> {
  const foundation = lay({
    databaseUrl,
    installationKey: randomBytes(32),
    publicUrl: "http://localhost",
    plugins: await loadPlugins([], logger),
    outbound: { allowedEndpoints: new Set() },
    logger,
  });
  stops.push(() => foundation.close());
  return foundation;
}

it("waits for it with its migrations, its plugins and its listeners, and comes up by itself", async () => {
  const database = await createTestDatabase();
  stops.push(() => database.drop());
  const way = await closedWayTo(database.url);
  const foundation = await givenProcess(way.url);
  const begun = Promise.all([
    whenDatabaseAnswers(logger, () => migrate(way.url)),
    watchPlugins(foundation),
    watchListeners(foundation),
  ]);
  const early = await Promise.race([
    begun.then(() => "begun"),
    new Promise((resolve) => setTimeout(resolve, 1_200, "waiting")),
  ]);
  expect(early).toBe("waiting");
  await way.open();
  const [, stopPlugins, stopListeners] = await begun;
  await Promise.all([stopPlugins(), stopListeners()]);
});

it("does not wait for ever, nor where the database has said what is wrong", async () => {
  const database = await createTestDatabase();
  stops.push(() => database.drop());
  const way = await closedWayTo(database.url);
  await expect(whenDatabaseAnswers(logger, () => migrate(way.url), 600)).rejects.toThrow();
  const foundation = await givenProcess(database.url);
  const wrong = () => foundation.dispatch.transaction(({ sql }) => sql`select from no_such_table`);
  const since = performance.now();
  await expect(whenDatabaseAnswers(logger, wrong)).rejects.toThrow("no_such_table");
  expect(performance.now() - since).toBeLessThan(5_000);
});

it("keeps no connection of a try at the queue that failed", async () => {
  const database = await createTestDatabase();
  const { transaction, close } = connect({ url: database.url, max: 1, applicationName: "tidings-test" });
  stops.push(() => database.drop(), close);
  await transaction(
    ({ sql }) => sql`do $$ begin
    execute format('alter database %I set default_transaction_read_only = on', current_database());
  end $$`,
  );
  const queue = { databaseUrl: database.url, prefix: "late", logger };
  await expect(createQueueTransport(queue)).rejects.toThrow("read-only");
  const left = () =>
    transaction(
      ({ sql }) => sql`select pid from pg_stat_activity
      where datname = current_database() and application_name = 'tidings-queue'`,
    );
  await until(async () => (await left()).length === 0);
});
