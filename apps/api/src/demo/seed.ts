import type { Http } from "../composition/http.ts";
import { type Call, createCaller } from "./caller.ts";
import * as school from "./school.ts";
import type { DemoSimulator } from "./simulators.ts";
import { ensureTenant } from "./tenant.ts";

export interface SeedDeps {
  http: Pick<Http, "app" | "tenants" | "members">;
  databaseUrl: string;
  simulators: DemoSimulator[];
  /** Where the site is that embeds the inbox. */
  portalUrl: string;
  publicUrl: string;
}

/** What a visitor may want to copy from the terminal. */
export interface SeededSchool {
  /** The API key of the first source, on the start that made it. */
  apiKey: string | undefined;
  firstMessageId: string;
  tenantId: string;
  /** The first source, whose site embeds the inbox. */
  sourceId: string;
}

/**
 * Puts the demo school in place, through the public API as far as it goes. Every step finds what an earlier start
 * has made, so a start that was killed half-way is completed by the next.
 */
export async function seedSchool(deps: SeedDeps): Promise<SeededSchool> {
  const tenantId = await ensureTenant(deps, school.SCHOOL, [school.OWNER]);
  await ensureTenant(deps, school.OPERATIONS, school.OPERATORS);
  const call = await createCaller(deps.http.app, deps.publicUrl, school.OWNER.email, school.PASSWORD);
  const roles = await call<{ items: { id: string; code: string }[] }>("GET", "/v1/roles");
  for (const { roleCode, ...member } of school.MEMBERS) {
    const roleId = roles.items.find((role) => role.code === roleCode)?.id;
    await ensure(call, "/v1/members", { ...member, roleId, password: school.PASSWORD }, "email");
  }
  const channels = await ensureChannels(call, deps.simulators);
  channels.set(school.INBOX.code, await ensureInbox(call, deps.portalUrl));
  const sources = await ensureSources(call, channels);
  await ensureDepartments(call);
  for (const { userId, identities, ...user } of school.USERS) {
    const vendors = vendorIdentities(userId, deps.simulators, channels);
    await call("PUT", `/v1/users/${userId}`, { ...user, identities: [...identities, ...vendors] });
  }
  await ensure(call, "/v1/segments", school.SEGMENT, "name");
  for (const template of school.TEMPLATES) await ensureTemplate(call, deps, channels, template);
  const policyId = await ensurePolicy(call, channels);
  await ensureApprovalFlow(call, sources, roles.items);
  const apiKey = await firstApiKey(call, sources[0] ?? "");
  const first = await call<{ id: string }>(
    "POST",
    "/v1/messages",
    { ...school.FIRST_MESSAGE, policy: policyId },
    { "idempotency-key": "demo-first-message" },
  );
  await sendNotices(call);
  return { apiKey, firstMessageId: first.id, tenantId, sourceId: sources[0] ?? "" };
}

/** Creates a thing, or finds the one that has the same code, name or email. Returns its id. */
async function ensure<Body extends Record<string, unknown>>(
  call: Call,
  path: string,
  body: Body,
  key: keyof Body & string,
): Promise<string> {
  const list = await call<{ items: Record<string, unknown>[] }>("GET", `${path}?limit=100`);
  const known = list.items.find((item) => item[key] === body[key]);
  if (known) return String(known.id);
  const created = await call<{ id: string }>("POST", path, body);
  return created.id;
}

/** A channel of the demo, as far as the rest of the seed needs it. */
interface SeededChannel {
  id: string;
  kind: string;
}

/** The channels by code, pointed at the simulators of this start. */
async function ensureChannels(call: Call, simulators: DemoSimulator[]): Promise<Map<string, SeededChannel>> {
  const catalogue = await call<{
    items: { id: string; kind: string; settings: { properties: Record<string, object> } }[];
  }>("GET", "/v1/plugins");
  const channels = new Map<string, SeededChannel>();
  for (const { pluginId, simulator, options, channel } of mainFirst(simulators)) {
    const plugin = catalogue.items.find(({ id }) => id === pluginId);
    if (!plugin) continue;
    const { code, name } = channel;
    const given = { ...simulator.settings, ...channel.settings?.(simulator) };
    const values = splitSettings(given, plugin.settings.properties);
    const price = school.PRICES[code] ?? null;
    const id = await ensure(call, "/v1/channels", { code, name, pluginId, price, ...values }, "code");
    const { receiptsUrl } = await call<{ receiptsUrl: string | null }>("PATCH", `/v1/channels/${id}`, values);
    if (receiptsUrl) options.receiptsUrl = receiptsUrl;
    await call("POST", `/v1/channels/${id}/verifications`);
    channels.set(code, { id, kind: plugin.kind });
  }
  return channels;
}

function mainFirst(simulators: DemoSimulator[]): DemoSimulator[] {
  const rankOf = ({ channel: { code } }: DemoSimulator) => school.MAIN_CHANNELS.toReversed().indexOf(code);
  return simulators.toSorted((a, b) => rankOf(b) - rankOf(a));
}

/** Where a user is found at the vendors of the demo, who have then done there what sending to them asks for. */
function vendorIdentities(userId: string, simulators: DemoSimulator[], channels: Map<string, SeededChannel>) {
  return simulators.flatMap(({ simulator, channel: { code, addressOf, deadAddress, welcome } }) => {
    const address = userId === school.UNREACHABLE ? deadAddress : addressOf?.(userId);
    const channel = channels.get(code);
    if (!channel || address === undefined) return [];
    welcome?.(simulator, address);
    return [{ kind: channel.kind, address, scope: { kind: "channel", channelId: channel.id } }];
  });
}

/** The inbox channel, which the portal of this start may embed. */
async function ensureInbox(call: Call, portalUrl: string): Promise<SeededChannel> {
  const { pluginId, code, kind, name, keepDays } = school.INBOX;
  const settings = { origins: new URL(portalUrl).origin, keepDays };
  const id = await ensure(call, "/v1/channels", { code, name, pluginId, settings }, "code");
  await call("PATCH", `/v1/channels/${id}`, { settings });
  await call("POST", `/v1/channels/${id}/verifications`);
  return { id, kind };
}

async function sendNotices(call: Call): Promise<void> {
  for (const { key, ...inbox } of school.NOTICES) {
    const message = { audience: school.NOTICES_AUDIENCE, channels: [school.INBOX.code], content: { inbox } };
    await call("POST", "/v1/messages", message, { "idempotency-key": key });
  }
}

function splitSettings(
  values: Record<string, string | number | boolean>,
  properties: Record<string, object>,
) {
  const isSecret = (name: string) => "x-secret" in (properties[name] ?? {});
  const entries = Object.entries(values);
  return {
    settings: Object.fromEntries(entries.filter(([name]) => !isSecret(name))),
    secrets: Object.fromEntries(entries.filter(([name]) => isSecret(name))),
  };
}

async function ensureDepartments(call: Call): Promise<void> {
  const ids = new Map<string, string>();
  for (const { code, name, parent } of school.DEPARTMENTS) {
    const parentId = parent === null ? null : (ids.get(parent) ?? null);
    ids.set(code, await ensure(call, "/v1/departments", { code, name, parentId }, "code"));
  }
}

async function ensureSources(call: Call, channels: Map<string, SeededChannel>): Promise<string[]> {
  const ids: string[] = [];
  for (const source of school.SOURCES) {
    const id = await ensure(call, "/v1/sources", source, "code");
    for (const channel of channels.values()) await call("PUT", `/v1/sources/${id}/channels/${channel.id}`);
    ids.push(id);
  }
  return ids;
}

async function ensureTemplate(
  call: Call,
  { simulators, publicUrl }: SeedDeps,
  channels: Map<string, SeededChannel>,
  { kinds, ...template }: (typeof school.TEMPLATES)[number],
): Promise<void> {
  const id = await ensure(call, "/v1/templates", template, "code");
  const { liveVersions } = await call<{ liveVersions: { state: string }[] }>("GET", `/v1/templates/${id}`);
  if (liveVersions.some(({ state }) => state === "published")) return;
  const { kind: inbox, notice } = school.INBOX;
  const texts: Record<string, Record<string, string>> = { [inbox]: notice };
  for (const { channel } of simulators) {
    const kind = channels.get(channel.code)?.kind;
    if (kind) texts[kind] = { ...texts[kind], ...channel.notice(school.studentLink(publicUrl)) };
  }
  const renderings = Object.fromEntries(
    Object.entries(texts).filter(([kind]) => kinds?.includes(kind) ?? true),
  );
  const version = await call<{ number: number }>("POST", `/v1/templates/${id}/versions`, {
    ...school.TEMPLATE_VERSION,
    renderings,
  });
  await call("POST", `/v1/templates/${id}/versions/${version.number}/publication`);
}

function ensurePolicy(call: Call, channels: Map<string, SeededChannel>): Promise<string> {
  const steps = [
    { channelIds: [channels.get("school-sms")?.id] },
    {
      channelIds: [channels.get("school-mail")?.id],
      when: "undelivered",
      afterSeconds: school.FALLBACK_SECONDS,
    },
  ];
  return ensure(call, "/v1/policies", { name: school.POLICY_NAME, steps }, "name");
}

/** Messages of the fees system are approved by the reviewer and then by the owner. */
async function ensureApprovalFlow(
  call: Call,
  sources: string[],
  roles: { id: string; code: string }[],
): Promise<void> {
  const flow = await call<{ updatedAt: string | null }>("GET", "/v1/approval-flow");
  if (flow.updatedAt !== null) return;
  const level = (name: string, code: string) => ({
    name,
    roleIds: roles.filter((role) => role.code === code).map((role) => role.id),
    mode: "any",
  });
  await call("PUT", "/v1/approval-flow", {
    name: "缴费通知审核",
    state: "on",
    conditions: { sourceIds: [sources[1]], composed: false },
    levels: [level("部门审核", "reviewer"), level("校长审核", "owner")],
  });
}

/** A key is shown once: only the start that makes it can print it. */
async function firstApiKey(call: Call, sourceId: string): Promise<string | undefined> {
  const keys = await call<{ items: unknown[] }>("GET", `/v1/sources/${sourceId}/api-keys`);
  if (keys.items.length > 0) return undefined;
  return (await call<{ key: string }>("POST", `/v1/sources/${sourceId}/api-keys`)).key;
}
