import { schema } from "@tidings/db";
import { and, eq, inArray } from "drizzle-orm";
import type { Fragment, Tx } from "../../../platform/database/index.ts";
import { toUuid } from "../../../platform/ids.ts";
import type { MessageCategory } from "../../templates/index.ts";
import { takingDaily } from "../../tenants/index.ts";
import { wakeAtOf } from "../course/schedule.rules.ts";

/** A message to be stored, with the key that makes a repeat recognisable. */
export interface NewMessage {
  id: string;
  sourceId: string | null;
  authorId: string | null;
  state: "pending_approval" | "scheduled" | "expanding";
  needsApproval: boolean;
  /** Sent to try a channel: the tenant's statistics leave it out. */
  isTest: boolean;
  title: string;
  priority: number;
  category: MessageCategory;
  audience: schema.Audience;
  templateVersionId: string | null;
  renderings: schema.Renderings | null;
  tracking: schema.Tracking | null;
  variables: Record<string, string | number>;
  channelIds: string[];
  policyVersionId: string | null;
  /** In hexadecimal. */
  contentHash: string;
  scheduledAt: Date | null;
  timeZone: string | null;
  ttlSeconds: number | null;
  expiresAt: Date | null;
  options: schema.SendingOptions;
  rate: schema.Rate | null;
  ratePerSecond: number | null;
  createdAt: Date;
  /** `requestHash` is in hexadecimal. */
  idempotency: { scope: string; key: string; requestHash: string } | null;
}

const NIL_UUID = "00000000-0000-0000-0000-000000000000";

const bytea = (hex: string) => `\\x${hex}`;

/**
 * Stores messages, many in one statement, and takes them from the day's quota. A message whose idempotency key is taken
 * is left out, and so is one that is there already; how many were stored comes back. A concurrent request with the same
 * key waits on the key's row and then finds it taken. The quota comes last: its row is everybody's, so it
 * is locked for the shortest time.
 */
export function storing(tx: Pick<Tx, "sql">, tenantId: string, messages: readonly NewMessage[]) {
  const { sql } = tx;
  const tenant = toUuid("tenant", tenantId);
  return sql<[{ count: number }]>`
    with input as materialized (
      select * from jsonb_to_recordset(${JSON.stringify(messages.map(toInput))}::jsonb) as i(
        id uuid, source_id uuid, author_id uuid, state message_state, needs_approval boolean, is_test boolean,
        title text,
        priority smallint, category message_category, audience jsonb, template_version_id uuid, renderings jsonb,
        tracking jsonb, variables jsonb,
        channel_ids uuid[], policy_version_id uuid, content_hash bytea, scheduled_at timestamptz,
        time_zone text, ttl_seconds int, expires_at timestamptz, wake_at timestamptz, options jsonb, rate jsonb,
        rate_per_second float8, created_at timestamptz,
        scope text, key text, request_hash bytea)
    ), claimed as (
      insert into idempotency_keys (tenant_id, scope, key, request_hash, message_id)
      select ${tenant}, scope, key, request_hash, id from input where key is not null order by scope, key
      on conflict do nothing returning message_id
    ), stored as (
      insert into messages (tenant_id, id, source_id, author_id, state, needs_approval, is_test, title, priority, category,
        audience, template_version_id, renderings, tracking, variables, channel_ids, policy_version_id, content_hash,
        scheduled_at, time_zone, ttl_seconds, expires_at, wake_at, options, rate, rate_per_second, created_at)
      select ${tenant}, id, source_id, author_id, state, needs_approval, coalesce(is_test, false), title, priority,
        category, audience, template_version_id, renderings, tracking, variables, channel_ids, policy_version_id, content_hash,
        scheduled_at, time_zone, ttl_seconds, expires_at, wake_at, options, rate, rate_per_second, created_at
      from input where key is null or id in (select message_id from claimed)
      on conflict (tenant_id, id) do nothing returning id
    )${takingDaily(tx, tenant, sql`stored`)}`;
}

/** The fields that have a value: those without would cost as much to read as the others. */
function toInput(message: NewMessage) {
  const { idempotency } = message;
  return {
    id: toUuid("message", message.id),
    source_id: message.sourceId ? toUuid("source", message.sourceId) : undefined,
    author_id: message.authorId ? toUuid("member", message.authorId) : undefined,
    state: message.state,
    needs_approval: message.needsApproval,
    is_test: message.isTest || undefined,
    title: message.title,
    priority: message.priority,
    category: message.category,
    audience: message.audience,
    template_version_id: message.templateVersionId
      ? toUuid("templateVersion", message.templateVersionId)
      : undefined,
    renderings: message.renderings ?? undefined,
    tracking: message.tracking ?? undefined,
    variables: message.variables,
    channel_ids: message.channelIds.map((id) => toUuid("channel", id)),
    policy_version_id: message.policyVersionId ? toUuid("policyVersion", message.policyVersionId) : undefined,
    content_hash: bytea(message.contentHash),
    scheduled_at: message.scheduledAt?.toISOString(),
    time_zone: message.timeZone ?? undefined,
    ttl_seconds: message.ttlSeconds ?? undefined,
    expires_at: message.expiresAt?.toISOString(),
    wake_at: wakeAtOf(message)?.toISOString(),
    options: message.options,
    rate: message.rate ?? undefined,
    rate_per_second: message.ratePerSecond ?? undefined,
    created_at: message.createdAt.toISOString(),
    scope: idempotency?.scope,
    key: idempotency?.key,
    request_hash: idempotency ? bytea(idempotency.requestHash) : undefined,
  };
}

/** The row that a message would have: a row of `messages` with the same input as a stored one. */
export function rowOf({ sql }: Tx, tenantId: string, message: NewMessage): Fragment {
  const row = { ...toInput(message), tenant_id: toUuid("tenant", tenantId), expand_cursor: NIL_UUID };
  return sql`select * from jsonb_populate_record(null::messages, ${JSON.stringify(row)}::jsonb)`;
}

/** The first message of an idempotency key. */
export interface FirstMessage {
  scope: string;
  key: string;
  /** In hexadecimal. */
  requestHash: string;
  id: string;
  needsApproval: boolean;
  scheduledAt: Date | null;
  createdAt: Date;
}

/** What earlier requests with these keys have made. */
export async function findByIdempotencyKeys(
  tx: Tx,
  tenantId: string,
  keys: { scope: string; key: string }[],
): Promise<FirstMessage[]> {
  const { idempotencyKeys, messages } = schema;
  const rows = await tx.db
    .select({
      scope: idempotencyKeys.scope,
      key: idempotencyKeys.key,
      requestHash: idempotencyKeys.requestHash,
      id: messages.id,
      needsApproval: messages.needsApproval,
      scheduledAt: messages.scheduledAt,
      createdAt: messages.createdAt,
    })
    .from(idempotencyKeys)
    .innerJoin(
      messages,
      and(eq(messages.tenantId, idempotencyKeys.tenantId), eq(messages.id, idempotencyKeys.messageId)),
    )
    .where(
      and(
        eq(idempotencyKeys.tenantId, tenantId),
        inArray(idempotencyKeys.scope, [...new Set(keys.map(({ scope }) => scope))]),
        inArray(
          idempotencyKeys.key,
          keys.map(({ key }) => key),
        ),
      ),
    );
  return rows.map((row) => ({ ...row, requestHash: Buffer.from(row.requestHash).toString("hex") }));
}
