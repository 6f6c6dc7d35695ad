import type { Http } from "../composition/http.ts";
import { type Call, createCaller } from "./caller.ts";
import * as school from "./school.ts";
import type { DemoSimulator } from "./simulators.ts";
import { ensureTenant } from "./tenant.ts";

export interface SeedDeps {
  http: Pick<Http, "app" | "tenants" | "members">;
  databaseUrl: string;
  simulators: DemoSimulator[];
  publicUrl: string;
}

/** What a visitor may want to copy from the terminal. */
export interface SeededSchool {
  /** The API key of the first source, on the start that made it. */
  apiKey: string | undefined;
  firstMessageId: string;
}

/**
 * Puts the demo school in place, through the public API as far as it goes. Every step finds what an earlier start
 * has made, so a start that was killed half-way is completed by the next.
 */
export async function seedSchool(deps: SeedDeps): Promise<SeededSchool> {
  await ensureTenant(deps, school.SCHOOL, [school.OWNER]);
  await ensureTenant(deps, school.OPERATIONS, school.OPERATORS);
  const call = await createCaller(deps.http.app, deps.publicUrl, school.OWNER.email, school.PASSWORD);
  const roles = await call<{ items: { id: string; code: string }[] }>("GET", "/v1/roles");
  for (const { roleCode, ...member } of school.MEMBERS) {
    const roleId = roles.items.find((role) => role.code === roleCode)?.id;
    await ensure(call, "/v1/members", { ...member, roleId, password: school.PASSWORD }, "email");
  }
  const channels = await ensureChannels(call, deps.simulators);
  const sources = await ensureSources(call, channels);
  await ensureDepartments(call);
  for (const user of school.USERS) {
    const { userId, ...rest } = user;
    await call("PUT", `/v1/users/${userId}`, rest);
  }
  await ensure(call, "/v1/segments", school.SEGMENT, "name");
  await ensureTemplate(call, deps.publicUrl);
  const policyId = await ensurePolicy(call, channels);
  await ensureApprovalFlow(call, sources, roles.items);
  const apiKey = await firstApiKey(call, sources[0] ?? "");
  const first = await call<{ id: string }>(
    "POST",
    "/v1/messages",
    { ...school.FIRST_MESSAGE, policy: policyId },
    { "idempotency-key": "demo-first-message" },
  );
  return { apiKey, firstMessageId: first.id };
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

/** The channels by code, pointed at the simulators of this start. */
async function ensureChannels(call: Call, simulators: DemoSimulator[]): Promise<Map<string, string>> {
  const catalogue = await call<{ items: { id: string; settings: { properties: Record<string, object> } }[] }>(
    "GET",
    "/v1/plugins",
  );
  const ids = new Map<string, string>();
  for (const { plugin, pluginId, code, name } of school.CHANNELS) {
    const running = simulators.find((one) => one.plugin === plugin);
    const properties = catalogue.items.find((one) => one.id === pluginId)?.settings.properties ?? {};
    if (!running) continue;
    const values = splitSettings(running.simulator.settings, properties);
    const id = await ensure(call, "/v1/channels", { code, name, pluginId, ...values }, "code");
    const channel = await call<{ receiptsUrl: string | null }>("PATCH", `/v1/channels/${id}`, values);
    if (channel.receiptsUrl) running.options.receiptsUrl = channel.receiptsUrl;
    await call("POST", `/v1/channels/${id}/verifications`);
    ids.set(code, id);
  }
  return ids;
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

async function ensureSources(call: Call, channels: Map<string, string>): Promise<string[]> {
  const ids: string[] = [];
  for (const source of school.SOURCES) {
    const id = await ensure(call, "/v1/sources", source, "code");
    for (const channelId of channels.values()) await call("PUT", `/v1/sources/${id}/channels/${channelId}`);
    ids.push(id);
  }
  return ids;
}

async function ensureTemplate(call: Call, publicUrl: string): Promise<void> {
  const id = await ensure(call, "/v1/templates", school.TEMPLATE, "code");
  const { liveVersions } = await call<{ liveVersions: { state: string }[] }>("GET", `/v1/templates/${id}`);
  if (liveVersions.some(({ state }) => state === "published")) return;
  const version = await call<{ number: number }>(
    "POST",
    `/v1/templates/${id}/versions`,
    school.templateVersion(publicUrl),
  );
  await call("POST", `/v1/templates/${id}/versions/${version.number}/publication`);
}

function ensurePolicy(call: Call, channels: Map<string, string>): Promise<string> {
  const steps = [
    { channelIds: [channels.get("school-sms")] },
    {
      channelIds: [channels.get("school-mail")],
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
