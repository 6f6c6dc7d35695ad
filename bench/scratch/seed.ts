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

/** A tenant that can send, and its users. */
export interface SeededTenant {
  tenantId: string;
  apiKey: string;
  users: number;
  /** Path and token of the receipts address of channel `single`. */
  receiptsPath: string;
}

export interface Seeded {
  installationKey: string;
  /** The one that most rows send as. */
  tenant: SeededTenant;
  /** Smaller ones beside it. */
  neighbours: SeededTenant[];
}

export interface SeedOptions {
  pluginsDir: string;
  vendorUrl: string;
  mailPort: number;
  users: number;
  /** Tag → how many users carry it, from the first on. */
  tags: Record<string, number>;
}

const NEIGHBOURS = 5;
/** Several times what one tenant may have under way, or `fairness` would measure where in a wave it was read. */
const USERS_OF_A_NEIGHBOUR = 80_000;

/** Makes tenants that can send to the fake vendor: through the use cases, but for the users, who are many. */
export async function seed(database: ScratchDatabase, options: SeedOptions): Promise<Seeded> {
  const installationKey = randomBytes(32);
  const logger = createLogger("warn");
  const foundation = lay({
    databaseUrl: database.url,
    installationKey,
    publicUrl: "http://127.0.0.1",
    plugins: await loadPlugins([options.pluginsDir], logger),
    outbound: { allowedEndpoints: new Set() },
    logger,
  });
  const http = composeHttp(foundation, { nudge: () => undefined });
  const seedTenant = async (code: string, users: number): Promise<SeededTenant> => {
    const ctx = await createOwner(http, code);
    const sender = await createSender(http, ctx, options);
    await createTemplate(http, ctx);
    await createUsers(database, toUuid("tenant", ctx.tenantId), users);
    return { tenantId: ctx.tenantId, users, ...sender };
  };
  try {
    const tenant = await seedTenant("bench", options.users);
    await tagUsers(database, toUuid("tenant", tenant.tenantId), options.tags);
    const neighbours: SeededTenant[] = [];
    for (let number = 1; number <= NEIGHBOURS; number++) {
      neighbours.push(await seedTenant(`neighbour-${number}`, USERS_OF_A_NEIGHBOUR));
    }
    await database.run(
      (sql) => sql`update quotas set "limit" = 1000000000 where kind in ('messages_per_day', 'users')`,
    );
    await database.run((sql) => sql`analyze`);
    return { installationKey: installationKey.toString("base64"), tenant, neighbours };
  } finally {
    await foundation.close();
  }
}

async function createOwner(http: Http, code: string): Promise<RequestContext> {
  const system = {
    actor: { kind: "system" as const, name: "bench" },
    requestId: "bench",
    now: () => new Date(),
  };
  const tenant = await http.tenants.createTenant(system, {
    code,
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
    email: `${code}@example.com`,
    name: "Bench",
    roleId,
    password: randomBytes(12).toString("base64url"),
  });
  return { ...ctx, actor: { kind: "member", id: member.id, name: "Bench", accountId: member.accountId } };
}

/** A source with a key, and the channels it may use: in batches, one by one, and by mail. */
async function createSender(
  http: Http,
  ctx: RequestContext,
  { vendorUrl, mailPort }: SeedOptions,
): Promise<{ apiKey: string; receiptsPath: string }> {
  const source = await http.sources.createSource(ctx, { code: "bench", name: "Bench" });
  const createChannel = async (code: string, pluginId: string, settings: Record<string, string | number>) => {
    const about = { code, name: code, pluginId, settings, secrets: {}, state: "on" as const };
    const channel = await http.channels.createChannel(ctx, about);
    await http.sources.grantChannel(ctx, source.id, channel.id);
    return channel;
  };
  await createChannel("bench", "bench/batch", { url: `${vendorUrl}/batch` });
  const single = await createChannel("single", "bench/single", { url: `${vendorUrl}/send` });
  const fromAddress = "notice@school.example";
  await createChannel("mail", "tidings/email-smtp", {
    host: "127.0.0.1",
    port: mailPort,
    encryption: "none",
    fromAddress,
  });
  const { key } = await http.apiKeys.createApiKey(ctx, source.id);
  return { apiKey: key, receiptsPath: new URL(single.receiptsUrl ?? "").pathname };
}

async function createTemplate(http: Http, ctx: RequestContext): Promise<void> {
  const template = await http.templates.createTemplate(ctx, { code: "bench-notice", name: "Bench notice" });
  const variable = (name: string) => ({ name, type: "text" as const, required: true, example: "Friday" });
  const version = await http.templateVersions.saveTemplateVersion(ctx, template.id, {
    variables: ["user_name", "user_city", "order", "carrier", "eta"].map(variable),
    renderings: { bench: NOTICE, email: { subject: NOTICE.title, text: NOTICE.text } },
    category: "service",
  });
  await http.templateVersions.publishTemplateVersion(ctx, template.id, version.number);
}

/** The users of `recipient()`, each with an address for the fake vendor and one for mail. */
async function createUsers({ run }: ScratchDatabase, tenant: string, users: number): Promise<void> {
  await run(async (sql) => {
    await sql`
      insert into users (tenant_id, id, external_id, name, attributes)
      select ${tenant}, uuidv7(), 'user-' || lpad(n::text, 7, '0'), 'User ' || n,
        jsonb_build_object('city', 'City ' || n % 100, 'grade', n % 12)
      from generate_series(1, ${users}::int) n`;
    await sql`
      insert into identities (tenant_id, id, user_id, kind, address)
      select ${tenant}, uuidv7(), id, kind, external_id || '@inbox.example'
      from users cross join unnest(array['bench', 'email']) kind where tenant_id = ${tenant} order by id, kind`;
  });
}

async function tagUsers(
  { run }: ScratchDatabase,
  tenant: string,
  tags: Record<string, number>,
): Promise<void> {
  for (const [name, count] of Object.entries(tags)) {
    await run(
      (sql) => sql`
        with tag as (insert into tags (tenant_id, id, name) values (${tenant}, uuidv7(), ${name}) returning id)
        insert into user_tags (tenant_id, tag_id, user_id)
        select ${tenant}, tag.id, users.id from users, tag
        where tenant_id = ${tenant} and external_id <= 'user-' || lpad(${count}::text, 7, '0')`,
    );
  }
}
