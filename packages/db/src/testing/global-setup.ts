import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startEmbeddedPostgres } from "../embedded/index.ts";
import { createTemplate, SERVER_URL_VARIABLE } from "./databases.ts";

/** Any traversal; the folder itself stays unreadable for others. */
const ENTERABLE = 0o711;

/**
 * vitest's global setup: one embedded server for the run, or the server of TEST_DATABASE_URL (its login must be a
 * superuser), with the migrated template. Returns the teardown.
 */
export default async function setup(): Promise<() => Promise<void>> {
  const given = process.env.TEST_DATABASE_URL;
  if (given) {
    await prepare(given);
    return async () => undefined;
  }
  const dataDir = await mkdtemp(join(tmpdir(), "tidings-test-"));
  await chmod(dataDir, ENTERABLE);
  const server = await startEmbeddedPostgres({ dataDir, port: 0, durable: false });
  const teardown = async () => {
    await server.stop();
    await rm(dataDir, { recursive: true, force: true });
  };
  try {
    await prepare(server.url);
  } catch (error) {
    await teardown();
    throw error;
  }
  return teardown;
}

async function prepare(serverUrl: string): Promise<void> {
  await createTemplate(serverUrl);
  process.env[SERVER_URL_VARIABLE] = serverUrl;
}
