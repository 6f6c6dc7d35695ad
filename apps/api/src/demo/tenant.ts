import { connect } from "@tidings/db";
import type { Http } from "../composition/http.ts";
import { abilityOf } from "../platform/authorization/index.ts";
import { ProblemError } from "../platform/errors.ts";
import { fromUuid } from "../platform/ids.ts";
import { PASSWORD } from "./school.ts";

export interface TenantDeps {
  http: Pick<Http, "tenants" | "members">;
  databaseUrl: string;
}

type NewTenant = Parameters<Http["tenants"]["createTenant"]>[1];

/** A tenant and its first owners are the installation's doing; there is no API for them yet. */
export async function ensureTenant(
  { http, databaseUrl }: TenantDeps,
  tenant: NewTenant,
  owners: readonly { email: string; name: string }[],
): Promise<void> {
  const system = {
    actor: { kind: "system" as const, name: "demo" },
    requestId: "demo",
    now: () => new Date(),
  };
  const tenantId = await http.tenants.createTenant(system, tenant).then(
    ({ id }) => id,
    (error) => {
      if (isTaken(error)) return findTenant(databaseUrl, tenant.code);
      throw error;
    },
  );
  const ctx = { ...system, tenantId, ability: abilityOf([{ action: "manage", subject: "all" }]) };
  const roleId = await findOwnerRole(databaseUrl, tenant.code);
  for (const { email, name } of owners) {
    await http.members.createMember(ctx, { email, name, roleId, password: PASSWORD }).catch((error) => {
      if (!isTaken(error)) throw error;
    });
  }
}

const isTaken = (error: unknown) => error instanceof ProblemError && error.type.status === 409;

async function findTenant(databaseUrl: string, code: string): Promise<string> {
  const [row] = await asOwner<{ id: string }>(databaseUrl, "select id from tenants where code = $1", code);
  return fromUuid("tenant", row?.id ?? "");
}

async function findOwnerRole(databaseUrl: string, code: string): Promise<string> {
  const [row] = await asOwner<{ id: string }>(
    databaseUrl,
    "select r.id from roles r join tenants t on t.id = r.tenant_id where t.code = $1 and r.code = 'owner'",
    code,
  );
  return fromUuid("role", row?.id ?? "");
}

/** The demo's own look into the database, as the login that migrates it. */
async function asOwner<Row>(databaseUrl: string, query: string, code: string): Promise<Row[]> {
  const database = connect({ url: databaseUrl, max: 1, applicationName: "tidings-demo" });
  try {
    return await database.transaction(
      async ({ sql }) => (await sql.unsafe(query, [code])) as unknown as Row[],
    );
  } finally {
    await database.close();
  }
}
