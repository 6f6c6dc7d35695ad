import { randomBytes } from "node:crypto";
import { toUuid } from "@tidings/db";
import { lay } from "../../apps/api/src/composition/foundation.ts";
import { composeHttp, type Http } from "../../apps/api/src/composition/http.ts";
import { abilityOf } from "../../apps/api/src/platform/authorization/index.ts";
import type { RequestContext } from "../../apps/api/src/platform/context.ts";
import { createLogger } from "../../apps/api/src/platform/logger.ts";
import { loadPlugins } from "../../apps/api/src/platform/plugin-runtime/index.ts";
import { NOTICE } from "../notice.ts";
import type { ScratchDatabase } from "./database.ts";

/** What the runs need to know of the tenant. */
export interface Seeded {
  tenantId: string;
  apiKey: string;
  installationKey: string;
}

export interface SeedOptions {
  pluginsDir: string;
  vendorUrl: string;
  users: number;
}

/** Makes a tenant that can send to the fake vendor: through the use cases, but for the users, who are many. */
export async function seed(database: ScratchDatabase, options: SeedOptions): Promise<Seeded> {
  const installationKey = randomBytes(32);
  const logger = createLogger("warn");
  const foundation = lay({
    databaseUrl: database.url,
    installationKey,
    publicUrl: "http://127.0.0.1",
    plugins: await loadPlugins(options.pluginsDir, logger),
    outbound: { allowedEndpoints: new Set() },
    logger,
  });
  try {
    const http = composeHttp(foundation, { nudge: () => undefined });
    const ctx = await createOwner(http);
    const apiKey = await createSender(http, ctx, options.vendorUrl);
    await createTemplate(http, ctx);
    await createUsers(database, toUuid("tenant", ctx.tenantId), options.users);
    return { tenantId: ctx.tenantId, apiKey, installationKey: installationKey.toString("base64") };
  } finally {
    await foundation.close();
  }
}

async function createOwner(http: Http): Promise<RequestContext> {
  const system = {
    actor: { kind: "system" as const, name: "bench" },
    requestId: "bench",
    now: () => new Date(),
  };
  const tenant = await http.tenants.createTenant(system, {
    code: "bench",
    name: "Bench",
    timeZone: "UTC",
    locale: "en",
  });
  const ctx = {
    ...system,
    tenantId: tenant.id,
    ability: abilityOf([{ action: "manage", subject: "all" }]),
  };
  const roleId = tenant.roles.find(({ code }) => code === "owner")?.id ?? "";
  const member = await http.members.createMember(ctx, {
    email: "bench@example.com",
    name: "Bench",
    roleId,
    password: randomBytes(12).toString("base64url"),
  });
  return { ...ctx, actor: { kind: "member", id: member.id, name: "Bench", accountId: member.accountId } };
}

/** A source with a key, and the channel it may use. */
async function createSender(http: Http, ctx: RequestContext, vendorUrl: string): Promise<string> {
  const channel = await http.channels.createChannel(ctx, {
    code: "bench",
    name: "Bench",
    pluginId: "bench/batch",
    settings: { url: vendorUrl },
    secrets: {},
    state: "on",
  });
  const source = await http.sources.createSource(ctx, { code: "bench", name: "Bench" });
  await http.sources.grantChannel(ctx, source.id, channel.id);
  return (await http.apiKeys.createApiKey(ctx, source.id)).key;
}

async function createTemplate(http: Http, ctx: RequestContext): Promise<void> {
  const template = await http.templates.createTemplate(ctx, { code: "bench-notice", name: "Bench notice" });
  const variable = (name: string) => ({ name, type: "text" as const, required: true, example: "Friday" });
  const version = await http.templateVersions.saveTemplateVersion(ctx, template.id, {
    variables: ["user_name", "user_city", "order", "carrier", "eta"].map(variable),
    renderings: { bench: NOTICE },
  });
  await http.templateVersions.publishTemplateVersion(ctx, template.id, version.number);
}

/** The users of `recipient()`, each with one address, and a quota that no run can reach. */
async function createUsers({ run }: ScratchDatabase, tenant: string, users: number): Promise<void> {
  await run(async (sql) => {
    await sql`
      insert into users (tenant_id, id, external_id, name, attributes)
      select ${tenant}, uuidv7(), 'user-' || lpad(n::text, 7, '0'), 'User ' || n,
        jsonb_build_object('city', 'City ' || n % 100, 'grade', n % 12)
      from generate_series(1, ${users}::int) n`;
    await sql`
      insert into identities (tenant_id, id, user_id, kind, address)
      select ${tenant}, uuidv7(), id, 'bench', external_id || '@inbox.example' from users order by id`;
    await sql`update quotas set "limit" = 1000000000 where kind in ('messages_per_day', 'users')`;
  });
  await run((sql) => sql`analyze`);
}
