import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { drizzle } from "drizzle-orm/postgres-js";
import { migrate as applyMigrations } from "drizzle-orm/postgres-js/migrator";
import { withSession } from "./client/session.ts";

const OLDEST_SERVER = 15;
/** Any constant will do, as long as nothing else in the database locks it. */
const MIGRATION_LOCK = 7_264_831;

/**
 * Brings the database at `url` up to date; does nothing when it is. Nodes that start together wait for each other.
 * The login must be allowed to create roles the first time. Throws for a server older than PostgreSQL 15, and when
 * a migration fails, in which case none of this call's migrations has been applied.
 */
export async function migrate(url: string): Promise<void> {
  await withSession(url, "tidings-migrate", async (sql) => {
    const [server] = await sql<
      { version: string }[]
    >`select current_setting('server_version_num') as version`;
    const major = Math.floor(Number(server?.version) / 10_000);
    if (major < OLDEST_SERVER) {
      throw new Error(`Tidings needs PostgreSQL ${OLDEST_SERVER} or newer; the server is version ${major}.`);
    }
    // Held until the session ends.
    await sql`select pg_advisory_lock(${MIGRATION_LOCK}::bigint)`;
    await applyMigrations(drizzle(sql), { migrationsFolder: migrationsFolder() });
  });
}

/** Found through the package and not beside this file, because the API is bundled into another folder. */
function migrationsFolder(): string {
  const manifest = createRequire(import.meta.url).resolve("@tidings/db/package.json");
  return join(dirname(manifest), "migrations");
}
