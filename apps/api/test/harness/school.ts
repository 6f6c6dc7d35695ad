import { randomBytes } from "node:crypto";
import { toUuid } from "@tidings/db";
import { abilityOf } from "../../src/platform/authorization/index.ts";
import { type Answer, type Call, callWithKey, type Reachable, signIn } from "./caller.ts";
import type { Installation } from "./installation.ts";
import { HANG_MS, until } from "./patience.ts";

export const PASSWORD = "correct-horse-battery";
const ROLES = ["owner", "operator", "reviewer"] as const;
type RoleCode = (typeof ROLES)[number];

export interface NewUser {
  userId: string;
  name?: string;
  attributes?: Record<string, string | number | boolean>;
  tags?: string[];
  departments?: string[];
  identities?: { kind: string; address: string; scope?: object }[];
}

export interface SchoolChannel {
  id: string;
  code: string;
  receiptsUrl: string | null;
}

/** Where a school can be: an installation in this process, or a built server with its operator beside it. */
export interface SchoolHost
  extends Pick<Installation, "publicUrl" | "books" | "sms" | "mail" | "hook" | "vendor"> {
  http: Reachable["http"] & {
    tenants: Pick<Installation["http"]["tenants"], "createTenant">;
    members: Pick<Installation["http"]["members"], "createMember">;
  };
}

/** A delivery as the API shows it. */
export interface DeliveryView {
  id: string;
  state: string;
  reason: string | null;
  reasonDetail: string | null;
  step: number;
  attemptCount: number;
  address: string | null;
  channel: { id: string };
  user: { userId: string } | null;
  deferredUntil: string | null;
  limitedUntil: string | null;
  acceptedAt: string | null;
  deliveredAt: string | null;
  readAt: string | null;
  timeline: { at: string; kind: string; type: string; code: string | null }[];
}

export type Counts = Record<string, number>;

/** A tenant with members of every role, a source with a key, and a channel of each kind. */
export interface School {
  tenantId: string;
  installation: SchoolHost;
  emails: Record<RoleCode, string>;
  memberIds: Record<RoleCode, string>;
  roleIds: Record<RoleCode, string>;
  owner: Call;
  operator: Call;
  reviewer: Call;
  /** Calls as the source. */
  source: Call;
  sourceId: string;
  apiKey: string;
  apiKeyId: string;
  channels: { sms: SchoolChannel; mail: SchoolChannel; hook: SchoolChannel; courier: SchoolChannel };
  addUsers(users: NewUser[]): Promise<void>;
  /** Sends as the source and returns the message's id; throws when it is not accepted. */
  send(message: object, options?: { key?: string; as?: Call }): Promise<string>;
  trySend(message: object, options?: { key?: string; as?: Call }): Promise<Answer<{ id: string }>>;
  /** Waits until all deliveries of the message's first step are made. */
  expanded(messageId: string): Promise<MessageView>;
  /** Waits until nothing of the message is under way any more. */
  completed(messageId: string, timeoutMs?: number): Promise<MessageView>;
  /** Waits for many at once, without asking for each. */
  allCompleted(messageIds: string[], timeoutMs?: number): Promise<void>;
  message(messageId: string): Promise<MessageView>;
  deliveriesOf(messageId: string): Promise<DeliveryView[]>;
  /** The only delivery of the message (of this step), with its timeline. */
  timelineOf(messageId: string, step?: number): Promise<DeliveryView>;
  /** Waits until the only delivery of this step is in the state. */
  reaches(messageId: string, state: string, step?: number): Promise<DeliveryView>;
  /** What a vendor would push, to the channel's own address. */
  pushReceipt(channel: SchoolChannel, body: unknown): Promise<{ status: number; text: string }>;
}

export interface MessageView {
  id: string;
  state: string;
  counts: Counts;
}

/** Content for every channel of the school. */
export const CONTENT = {
  sms: { templateCode: "SMS_100003", text: "【通知】{{content}}" },
  email: { subject: "{{content}}", text: "{{content}}" },
  webhook: { title: "{{content}}", text: "{{content}}" },
  push: { text: "{{content}}" },
};

/** A message of the school's standard content. */
export const messageTo = (audience: object, channels: string[], rest: object = {}) => ({
  audience,
  channels,
  content: CONTENT,
  variables: { content: "明天放假" },
  ...rest,
});

export const users = (...userIds: string[]) => ({ kind: "users", userIds });

let nextNumber = 0;
/** A phone number nobody else in this run has. Its last four digits decide what the simulated vendor reports. */
export const newPhone = (lastFour = "1234"): string =>
  `13${String(nextNumber++).padStart(5, "0")}${lastFour}`;

export async function givenSchool(installation: SchoolHost, name = "实验学校"): Promise<School> {
  const { tenantId, roleIds } = await createTenant(installation, name);
  const suffix = randomBytes(4).toString("hex");
  const emails = byRole((role) => `${role}-${suffix}@school.example`);
  const memberIds = await createMembers(installation, tenantId, roleIds, emails);
  const [owner, operator, reviewer] = await Promise.all(
    ROLES.map((role) => signIn(installation, emails[role], PASSWORD)),
  );
  if (!owner || !operator || !reviewer) throw new Error("three roles sign in");
  const channels = await createChannels(installation, owner);
  const source = await createSource(owner, Object.values(channels));
  return {
    tenantId,
    installation,
    emails,
    memberIds,
    roleIds,
    owner,
    operator,
    reviewer,
    ...source,
    source: callWithKey(installation, source.apiKey),
    channels,
    ...verbs(installation, owner, callWithKey(installation, source.apiKey)),
  };
}

function byRole<T>(of: (role: RoleCode) => T): Record<RoleCode, T> {
  return Object.fromEntries(ROLES.map((role) => [role, of(role)])) as Record<RoleCode, T>;
}

const system = () => ({
  actor: { kind: "system" as const, name: "test" },
  requestId: "req_test",
  now: () => new Date(),
});

async function createTenant({ http }: SchoolHost, name: string) {
  const code = `school-${randomBytes(5).toString("hex")}`;
  const tenant = await http.tenants.createTenant(system(), {
    code,
    name,
    timeZone: "Asia/Shanghai",
    locale: "zh-CN",
  });
  const roleIds = byRole((role) => tenant.roles.find((one) => one.code === role)?.id ?? "");
  return { tenantId: tenant.id, roleIds };
}

async function createMembers(
  { http }: SchoolHost,
  tenantId: string,
  roleIds: Record<RoleCode, string>,
  emails: Record<RoleCode, string>,
): Promise<Record<RoleCode, string>> {
  const ctx = { ...system(), tenantId, ability: abilityOf([{ action: "manage", subject: "all" }]) };
  const members = await Promise.all(
    ROLES.map((role) =>
      http.members.createMember(ctx, {
        email: emails[role],
        name: `Member ${role}`,
        roleId: roleIds[role],
        password: PASSWORD,
      }),
    ),
  );
  return byRole((role) => members[ROLES.indexOf(role)]?.id ?? "");
}

async function createChannels({ sms, mail, hook, vendor }: SchoolHost, owner: Call) {
  const { accessKeyId, accessKeySecret, ...smsSettings } = sms.settings;
  const { password, ...mailSettings } = mail.settings;
  const { secret, ...hookSettings } = hook.settings;
  const create = (body: object) => mustSucceed<SchoolChannel>(owner("POST", "/v1/channels", body));
  const channels = {
    sms: await create({
      code: "sms",
      name: "校园短信",
      pluginId: "tidings/sms-aliyun",
      settings: smsSettings,
      secrets: { accessKeyId, accessKeySecret },
    }),
    mail: await create({
      code: "mail",
      name: "校园邮件",
      pluginId: "tidings/email-smtp",
      settings: mailSettings,
      secrets: { password },
    }),
    hook: await create({
      code: "hook",
      name: "电子屏",
      pluginId: "tidings/webhook",
      settings: hookSettings,
      secrets: { secret },
    }),
    courier: await create({
      code: "courier",
      name: "信使",
      pluginId: "test/courier",
      settings: { url: vendor.url },
      secrets: { token: "courier-token" },
    }),
  };
  // One simulator has one receipts address: the channel of the school that was made last.
  sms.options.receiptsUrl = channels.sms.receiptsUrl ?? "";
  return channels;
}

async function createSource(owner: Call, channels: SchoolChannel[]) {
  const { id: sourceId } = await mustSucceed<{ id: string }>(
    owner("POST", "/v1/sources", { code: "academic-affairs", name: "教务系统" }),
  );
  for (const { id } of channels) await mustSucceed(owner("PUT", `/v1/sources/${sourceId}/channels/${id}`));
  const key = await mustSucceed<{ key: string; id: string }>(
    owner("POST", `/v1/sources/${sourceId}/api-keys`),
  );
  return { sourceId, apiKey: key.key, apiKeyId: key.id };
}

/** The body of an answer that has to be a success. */
export async function mustSucceed<Body>(answer: Promise<Answer<Body>>): Promise<Body> {
  const { status, body, text } = await answer;
  if (status >= 300) throw new Error(`answered ${status}: ${text.slice(0, 500)}`);
  return body;
}

const BULK = 1000;

/** Asks again when a busy machine does not get it done in time, as the answer tells every client to. */
const saveUsers = (owner: Call, users: NewUser[]) =>
  until(async () => {
    const answer = await owner<{ items: { status: string }[] }>("POST", "/v1/users/bulk", { users });
    return answer.status === 503 && answer.headers.has("retry-after") ? undefined : answer;
  });

function verbs(installation: SchoolHost, owner: Call, source: Call) {
  const trySend: School["trySend"] = (message, { key, as = source } = {}) =>
    as("POST", "/v1/messages", message, key ? { headers: { "idempotency-key": key } } : {});
  const message = (id: string) => mustSucceed<MessageView>(owner("GET", `/v1/messages/${id}`));
  const deliveryOf = (id: string) => mustSucceed<DeliveryView>(owner("GET", `/v1/deliveries/${id}`));

  async function deliveriesOf(messageId: string): Promise<DeliveryView[]> {
    const items: DeliveryView[] = [];
    for (let cursor: string | null | undefined; cursor !== null; ) {
      const query = `limit=100${cursor ? `&cursor=${cursor}` : ""}`;
      const page = await mustSucceed<{ items: DeliveryView[]; nextCursor: string | null }>(
        owner("GET", `/v1/messages/${messageId}/deliveries?${query}`),
      );
      items.push(...page.items);
      cursor = page.nextCursor;
    }
    return items;
  }

  async function timelineOf(messageId: string, step = 0): Promise<DeliveryView> {
    const [first, ...others] = (await deliveriesOf(messageId)).filter((one) => one.step === step);
    if (!first || others.length > 0) throw new Error(`${others.length + 1} deliveries, not one`);
    return deliveryOf(first.id);
  }

  return {
    async addUsers(newUsers: NewUser[]) {
      for (let start = 0; start < newUsers.length; start += BULK) {
        const users = newUsers.slice(start, start + BULK);
        const { items } = await mustSucceed(saveUsers(owner, users));
        const failed = items.find(({ status }) => status === "failed");
        if (failed) throw new Error(`a user was refused: ${JSON.stringify(failed)}`);
      }
    },
    trySend,
    async send(input: object, options?: { key?: string; as?: Call }) {
      return (await mustSucceed(trySend(input, options))).id;
    },
    message,
    expanded: (messageId: string) =>
      until(async () => {
        const view = await message(messageId);
        return view.state === "expanding" ? undefined : view;
      }),
    async completed(messageId: string, timeoutMs = HANG_MS) {
      const isOver = async () => {
        const view = await message(messageId);
        return ["completed", "cancelled", "expired"].includes(view.state) ? view : undefined;
      };
      return until(isOver, { timeoutMs }).catch(async (cause) => {
        const state = JSON.stringify(await message(messageId));
        throw new Error(`${messageId} did not end: ${state}`, { cause });
      });
    },
    async allCompleted(messageIds: string[], timeoutMs = HANG_MS) {
      const keys = messageIds.map((id) => toUuid("message", id));
      await until(
        async () => {
          const [row] = await installation.books.transaction(
            ({ sql }) => sql<[{ count: number }]>`select count(*)::int as count from messages
              where id = any(${keys}::uuid[]) and state in ('completed', 'cancelled')`,
          );
          return row.count === messageIds.length;
        },
        { timeoutMs },
      );
    },
    deliveriesOf,
    timelineOf,
    async reaches(messageId: string, state: string, step = 0) {
      let last: DeliveryView | undefined;
      return until(async () => {
        last = await timelineOf(messageId, step);
        return last.state === state ? last : undefined;
      }).catch((cause) => {
        throw new Error(`the delivery is ${last?.state} (${last?.reason}), not ${state}`, { cause });
      });
    },
    async pushReceipt(channel: SchoolChannel, body: unknown) {
      const response = await installation.http.app.request(channel.receiptsUrl ?? "", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: typeof body === "string" ? body : JSON.stringify(body),
      });
      return { status: response.status, text: await response.text() };
    },
  };
}
