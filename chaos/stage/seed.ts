import { randomBytes } from "node:crypto";
import { toUuid } from "@tidings/db";
import { lay } from "../../apps/api/src/composition/foundation.ts";
import { composeHttp, type Http } from "../../apps/api/src/composition/http.ts";
import { abilityOf } from "../../apps/api/src/platform/authorization/index.ts";
import type { RequestContext } from "../../apps/api/src/platform/context.ts";
import { createLogger } from "../../apps/api/src/platform/logger.ts";
import { loadPlugins } from "../../apps/api/src/platform/plugin-runtime/index.ts";
import type { ChannelName } from "../checker/facts.ts";
import type { ScratchDatabase } from "./database.ts";

/** A tenant with users in groups, three channels and a policy that goes from the plain one to the keyed one. */
export interface Tenant {
  code: string;
  apiKey: string;
  policyId: string;
  /** Tag → addresses of its users, which are also the users' ids. */
  groups: Map<string, string[]>;
}

export interface Seeded {
  installationKey: string;
  tenants: Tenant[];
  /** Path at the vendor → where its receipts go. */
  receiptsUrls: Record<string, string>;
  /** Id of a channel → what it is. */
  channels: Map<string, ChannelName>;
}

export interface SeedOptions {
  pluginsDir: string;
  vendorUrl: string;
  publicUrl: string;
  tenants: number;
  groups: number;
  groupSize: number;
}

export const CHANNELS: readonly ChannelName[] = ["keyed", "plain", "queryable"];

/** Through the use cases, but for the users, who are many. */
export async function seed(database: ScratchDatabase, options: SeedOptions): Promise<Seeded> {
  const installationKey = randomBytes(32);
  const logger = createLogger("warn");
  const foundation = lay({
    databaseUrl: database.url,
    installationKey,
    publicUrl: options.publicUrl,
    plugins: await loadPlugins([options.pluginsDir], logger),
    outbound: { allowedEndpoints: new Set() },
    logger,
  });
  const http = composeHttp(foundation, { nudge: () => undefined });
  const seeded: Seeded = {
    installationKey: installationKey.toString("base64"),
    tenants: [],
    receiptsUrls: {},
    channels: new Map(),
  };
  try {
    for (let number = 1; number <= options.tenants; number++) {
      seeded.tenants.push(await seedTenant(database, http, seeded, options, `t${number}`));
    }
    return seeded;
  } finally {
    await foundation.close();
  }
}

async function seedTenant(
  database: ScratchDatabase,
  http: Http,
  seeded: Seeded,
  options: SeedOptions,
  code: string,
): Promise<Tenant> {
  const ctx = await createOwner(http, code);
  const source = await http.sources.createSource(ctx, { code: "chaos", name: "Chaos" });
  const ids: Partial<Record<ChannelName, string>> = {};
  for (const name of CHANNELS) {
    const path = `/${code}/${name}`;
    const channel = await http.channels.createChannel(ctx, {
      code: name,
      name,
      pluginId: `chaos/${name}`,
      settings: { url: `${options.vendorUrl}${path}` },
      secrets: {},
      state: "on",
    });
    await http.sources.grantChannel(ctx, source.id, channel.id);
    ids[name] = channel.id;
    seeded.channels.set(channel.id, name);
    seeded.receiptsUrls[path] = channel.receiptsUrl ?? "";
  }
  const policy = await http.policies.createPolicy(ctx, {
    name: "plain, then keyed",
    steps: [{ channelIds: [ids.plain ?? ""] }, { channelIds: [ids.keyed ?? ""], when: "failed" }],
  });
  const { key: apiKey } = await http.apiKeys.createApiKey(ctx, source.id);
  const groups = await createUsers(database, toUuid("tenant", ctx.tenantId), code, options);
  return { code, apiKey, policyId: policy.id, groups };
}

async function createOwner(http: Http, code: string): Promise<RequestContext> {
  const system = {
    actor: { kind: "system" as const, name: "chaos" },
    requestId: "chaos",
    now: () => new Date(),
  };
  const tenant = await http.tenants.createTenant(system, { code, name: code, timeZone: "UTC", locale: "en" });
  const ctx = {
    ...system,
    tenantId: tenant.id,
    ability: abilityOf([{ action: "manage", subject: "all" }]),
  };
  const member = await http.members.createMember(ctx, {
    email: `${code}@example.com`,
    name: code,
    roleId: tenant.roles.find((role) => role.code === "owner")?.id ?? "",
    password: randomBytes(12).toString("base64url"),
  });
  return { ...ctx, actor: { kind: "member", id: member.id, name: code, accountId: member.accountId } };
}

/** Users in equal groups, each group a tag, and quotas that no run can reach. */
async function createUsers(
  { run }: ScratchDatabase,
  tenant: string,
  code: string,
  { groups, groupSize }: SeedOptions,
): Promise<Tenant["groups"]> {
  const count = groups * groupSize;
  await run(async (sql) => {
    await sql`insert into users (tenant_id, id, external_id, name)
      select ${tenant}, uuidv7(), ${`${code}-u`} || lpad(n::text, 5, '0'), 'User ' || n
      from generate_series(0, ${count - 1}::int) n`;
    await sql`insert into identities (tenant_id, id, user_id, kind, address)
      select ${tenant}, uuidv7(), id, 'chaos', external_id from users where tenant_id = ${tenant}`;
    await sql`insert into tags (tenant_id, id, name)
      select ${tenant}, uuidv7(), 'g' || n from generate_series(0, ${groups - 1}::int) n`;
    await sql`insert into user_tags (tenant_id, tag_id, user_id)
      select ${tenant}, t.id, u.id from users u
      join tags t on t.tenant_id = ${tenant} and t.name = 'g' || (right(u.external_id, 5)::int / ${groupSize}::int)
      where u.tenant_id = ${tenant}`;
    await sql`update quotas set "limit" = 1000000000 where kind in ('messages_per_day', 'users')`;
  });
  const address = (number: number) => `${code}-u${String(number).padStart(5, "0")}`;
  return new Map(
    Array.from({ length: groups }, (_, group) => [
      `g${group}`,
      Array.from({ length: groupSize }, (_, index) => address(group * groupSize + index)),
    ]),
  );
}
