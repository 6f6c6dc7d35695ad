import { randomBytes } from "node:crypto";
import { connect, type Database, schema } from "@tidings/db";
import { createTestDatabase } from "@tidings/db/testing";
import { abilityOf, type Permission } from "../../platform/authorization/index.ts";
import type { RequestContext } from "../../platform/context.ts";
import { KEY_BYTES } from "../../platform/crypto/index.ts";
import { type Transact, transactIn } from "../../platform/database/index.ts";
import { newId } from "../../platform/ids.ts";
import { createTenantService, type NewTenant } from "./tenant.service.ts";

const EVERYTHING: Permission[] = [{ action: "manage", subject: "all" }];

/** A database of its own, seen through the roles of the running system, for one test file. */
export interface TestInstallation {
  database: Database;
  transact: Transact;
  transactAsWorker: Transact;
  installationKey: Uint8Array;
  /** Past row level security, for what an attacker with the database in hand could do. */
  superuser: Database;
  /** A tenant that no other test knows. */
  createTenant(): Promise<NewTenant>;
  /** A bare channel row, for tests that are not about channels. */
  addChannel(tenant: { id: string }): Promise<{ id: string }>;
  close(): Promise<void>;
}

export async function createTestInstallation(): Promise<TestInstallation> {
  const { url, drop } = await createTestDatabase();
  const options = { url, max: 10, applicationName: "tidings-test" };
  const database = connect({ ...options, role: "tidings_api" });
  const worker = connect({ ...options, role: "tidings_worker" });
  const superuser = connect({ ...options, max: 2 });
  const transact = transactIn(database);
  const installationKey = randomBytes(KEY_BYTES);
  const tenants = createTenantService({ transact, installationKey });
  return {
    database,
    transact,
    transactAsWorker: transactIn(worker),
    installationKey,
    superuser,
    createTenant: () =>
      tenants.createTenant(
        { actor: { kind: "system", name: "test" }, requestId: "req_test", now: () => new Date() },
        {
          code: `t-${randomBytes(6).toString("hex")}`,
          name: "实验学校",
          timeZone: "Asia/Shanghai",
          locale: "zh-CN",
        },
      ),
    async addChannel({ id: tenantId }) {
      const id = newId("channel");
      const row = { tenantId, id, code: id, name: id, kind: "sms", pluginId: "test/carrier", settings: {} };
      await transact({ tenantId }, (tx) => tx.db.insert(schema.channels).values(row));
      return { id };
    },
    async close() {
      await Promise.all([database.close(), worker.close(), superuser.close()]);
      await drop();
    },
  };
}

/** A context of the tenant; without `permissions` it may do everything. */
export function contextOf(tenant: { id: string }, permissions = EVERYTHING): RequestContext {
  return {
    tenantId: tenant.id,
    actor: { kind: "system", name: "test" },
    ability: abilityOf(permissions),
    requestId: "req_test",
    now: () => new Date(),
  };
}

/** The problem code that a call ends with; fails when it succeeds. */
export async function problemOf(call: Promise<unknown>): Promise<string> {
  const error = await call.then(
    () => new Error("the call succeeded"),
    (reason: unknown) => reason,
  );
  const code = (error as { type?: { code?: string } }).type?.code;
  if (code === undefined) throw error;
  return code;
}
