import type { schema } from "@tidings/db";
import type { Tx } from "../../platform/database/index.ts";
import { fromUuid, toUuid } from "../../platform/ids.ts";
import type { MessageCategory } from "../templates/index.ts";
import { holdCancellation } from "./cancellation-lock.repository.ts";
import type { Claim } from "./claim.repository.ts";

/** How long a worker may hold a chunk without a sign of life, seconds. */
export const SENDING_LEASE_SECONDS = 60;
/**
 * How long after the intent its requests may still be begun, seconds. A worker that was stopped for longer may have
 * lost the chunk, and what it has not begun may be sent by somebody else.
 */
export const START_WITHIN_SECONDS = SENDING_LEASE_SECONDS / 2;

/** What a worker has to know to send a chunk. */
export interface ChunkWork {
  tenantId: string;
  chunkId: string;
  leaseToken: string;
  messageId: string;
  sourceId: string | null;
  channelId: string;
  step: number;
  firstId: string;
  lastId: string;
  /** Where this round goes on: the first delivery that it has not been through. */
  nextId: string;
  roundCount: number;
  /** Since the vendor got the first of it, 0 before; what the vendor remembers of it is at most this old. */
  secondsSinceFirstTry: number;
  hour: Date;
  /** Since it was made. */
  ageSeconds: number;
  category: MessageCategory;
  /** What the message does in quiet hours, where it says so. */
  quietHours: schema.SendingOptions["quietHours"];
  templateVersionId: string | null;
  templateId: string | null;
  renderings: schema.Renderings;
  variableSchema: schema.TemplateVariable[];
  variables: Record<string, string | number>;
  /** Null where nothing is tracked. */
  tracking: schema.Tracking | null;
  hasFlows: boolean;
  /** The message or the channel had a rate when the chunk was begun. */
  isPaced: boolean;
  channel: {
    pluginId: string;
    kind: string;
    state: "on" | "off";
    revision: number;
    settings: Record<string, string | number | boolean>;
    /** `held`: it is not sent through at the moment, and this chunk is not its probe. */
    circuit: "closed" | "probe" | "held";
  } | null;
}

interface ChunkWorkRow {
  message_id: string;
  source_id: string | null;
  channel_id: string;
  step: number;
  first_id: string;
  last_id: string;
  next_id: string;
  round_count: number;
  seconds_since_first_try: number;
  hour: Date;
  age_seconds: number;
  category: MessageCategory;
  quiet_hours: schema.SendingOptions["quietHours"] | null;
  template_version_id: string | null;
  template_id: string | null;
  renderings: schema.Renderings;
  variable_schema: schema.TemplateVariable[];
  variables: Record<string, string | number>;
  tracking: schema.Tracking | null;
  has_flows: boolean;
  is_paced: boolean;
  plugin_id: string | null;
  kind: string;
  channel_state: "on" | "off";
  revision: number;
  settings: Record<string, string | number | boolean>;
  circuit: "closed" | "probe" | "held";
}

/**
 * Takes the chunk from `queued` to `sending`. Undefined when the hint is stale: the lease was lost, or the message
 * was cancelled meanwhile. One whose time to live is over is left to the loop that ends it, which may be behind after
 * a standstill.
 */
export async function beginChunk({ sql }: Tx, claim: Claim): Promise<ChunkWork | undefined> {
  const tenant = toUuid("tenant", claim.tenantId);
  const [row] = await sql<ChunkWorkRow[]>`
    with begun as (
      update chunks c set state = 'sending', lease_until = now() + make_interval(secs => ${SENDING_LEASE_SECONDS})
      from messages m
      where c.tenant_id = ${tenant} and c.id = ${claim.chunkId} and c.lease_token = ${claim.leaseToken}
        and c.state = 'queued' and m.tenant_id = ${tenant} and m.id = c.message_id
        and m.state in ('expanding', 'sending') and (m.expires_at is null or m.expires_at > now())
      returning c.*
    )
    select b.message_id, m.source_id, b.channel_id, b.step, b.first_id, b.last_id,
      coalesce(b.round_cursor + 1, b.first_id) as next_id, b.round_count,
      coalesce((select extract(epoch from now() - min(a.started_at)) from attempts a
        where b.round_count > 0 and a.tenant_id = ${tenant} and a.chunk_id = b.id), 0)::float
        as seconds_since_first_try,
      date_trunc('hour', b.created_at) as hour, extract(epoch from now() - b.created_at)::float as age_seconds,
      m.category, m.options ->> 'quietHours' as quiet_hours, m.template_version_id, v.template_id,
      coalesce(m.renderings, v.renderings) as renderings, coalesce(v.variables, '[]') as variable_schema,
      m.variables, coalesce(m.tracking, v.tracking) as tracking, m.policy_version_id is not null as has_flows,
      coalesce(m.rate_per_second, c.rate_per_second) is not null as is_paced,
      c.plugin_id, c.kind, c.state as channel_state, c.revision, c.settings,
      case when coalesce(k.state, 'closed') = 'closed' then 'closed'
        when k.state = 'half_open' and k.probe_chunk_id = b.id then 'probe' else 'held' end as circuit
    from begun b
    join messages m on m.tenant_id = ${tenant} and m.id = b.message_id
    left join template_versions v on v.tenant_id = ${tenant} and v.id = m.template_version_id
    left join channels c on c.tenant_id = ${tenant} and c.id = b.channel_id
    left join channel_circuits k on k.tenant_id = ${tenant} and k.channel_id = b.channel_id`;
  return row && toChunkWork(claim, row);
}

function toChunkWork(claim: Claim, row: ChunkWorkRow): ChunkWork {
  const { plugin_id: pluginId, kind, channel_state: state, revision, settings, circuit } = row;
  return {
    ...claim,
    messageId: fromUuid("message", row.message_id),
    sourceId: row.source_id && fromUuid("source", row.source_id),
    channelId: fromUuid("channel", row.channel_id),
    step: row.step,
    firstId: row.first_id,
    lastId: row.last_id,
    nextId: row.next_id,
    roundCount: row.round_count,
    secondsSinceFirstTry: row.seconds_since_first_try,
    hour: row.hour,
    ageSeconds: row.age_seconds,
    category: row.category,
    quietHours: row.quiet_hours ?? undefined,
    templateVersionId: row.template_version_id,
    templateId: row.template_id,
    renderings: row.renderings,
    variableSchema: row.variable_schema,
    variables: row.variables,
    tracking: row.tracking,
    hasFlows: row.has_flows,
    isPaced: row.is_paced,
    channel: pluginId === null ? null : { pluginId, kind, state, revision, settings, circuit },
  };
}

/** One delivery to send: `[id, address, variables of the row, user's own id, name, attributes]`. */
export type ReadyRow = [
  id: string,
  address: string,
  variables: Record<string, string | number> | null,
  userId: string | null,
  userName: string | null,
  attributes: Record<string, string | number | boolean> | null,
];

/** The deliveries of a begun chunk that this round has still to send, in order. */
export async function readReady({ sql }: Tx, { tenantId, chunkId, leaseToken }: Claim): Promise<ReadyRow[]> {
  const tenant = toUuid("tenant", tenantId);
  // The range is written without arithmetic: behind row-level security the index takes leakproof conditions only, and a
  // sum may overflow. The users are fetched by one scan for all their keys, which costs a third of a probe for each; every
  // one of them has a delivery, so the full join is a left join that cannot become a nested loop.
  const rows = await sql`
    with ready as materialized (
      select d.id, d.address, d.variables, d.user_id
      from chunks c
      cross join lateral (
        select * from deliveries d
        where d.tenant_id = ${tenant} and d.id between c.first_id and c.last_id and d.id > coalesce(c.round_cursor, 0)
          and d.state = 'ready' offset 0
      ) d
      where c.tenant_id = ${tenant} and c.id = ${chunkId} and c.lease_token = ${leaseToken} and c.state = 'sending'
    )
    select r.id, r.address, r.variables, u.external_id, u.name, u.attributes
    from ready r full join (
      select id, external_id, name, attributes from users
      where tenant_id = ${tenant} and id = any(array(select user_id from ready where user_id is not null)) offset 0
    ) u on u.id = r.user_id
    order by r.id`.values();
  return rows as unknown as ReadyRow[];
}

/** Entries of the suppression list that a transaction may still have held back when the chunk was made, seconds. */
const LATE_ENTRY_SECONDS = 120;

/** What `openAttempts` has opened. */
export interface OpenedAttempts {
  /** One for each batch, in order. */
  ids: string[];
  /** An entry has been added to the tenant's suppression list since the chunk was made. */
  areSuppressionsNew: boolean;
}

/**
 * Writes down, before the vendor is called, that these batches are about to be sent. Undefined when nothing may be sent: the lease is lost, or the message was cancelled. Extends the lease.
 */
export async function openAttempts(
  tx: Tx,
  work: ChunkWork,
  batches: ReadyRow[][],
): Promise<OpenedAttempts | undefined> {
  const { sql } = tx;
  const tenant = toUuid("tenant", work.tenantId);
  const ranges = batches.map((rows) => ({ first: rows[0]?.[0], last: rows.at(-1)?.[0], count: rows.length }));
  const [, opened] = await Promise.all([
    holdCancellation(tx, work.messageId),
    sql<{ id: string; first_id: string; are_suppressions_new: boolean }[]>`
      with held as (
        update chunks set lease_until = now() + make_interval(secs => ${SENDING_LEASE_SECONDS})
        where tenant_id = ${tenant} and id = ${work.chunkId} and lease_token = ${work.leaseToken}
          and state = 'sending' and lease_until > now()
          and exists(select from messages where tenant_id = ${tenant}
            and id = ${toUuid("message", work.messageId)} and state in ('expanding', 'sending'))
        returning id, created_at
      )
      insert into attempts (tenant_id, chunk_id, channel_id, first_id, last_id, delivery_count, lease_token)
      select ${tenant}, id, ${toUuid("channel", work.channelId)}, first, last, count, ${work.leaseToken}
      from held cross join jsonb_to_recordset(${JSON.stringify(ranges)}::jsonb)
        as r(first bigint, last bigint, count int)
      returning id, first_id, (select exists(select from suppressions s where s.tenant_id = ${tenant}
        and s.updated_at > (select created_at from held) - make_interval(secs => ${LATE_ENTRY_SECONDS})))
        as are_suppressions_new`,
  ]);
  const [first] = opened;
  if (!first) return undefined;
  const idOf = new Map(opened.map((row) => [row.first_id, row.id]));
  return {
    ids: ranges.map((range) => idOf.get(range.first ?? "") ?? ""),
    areSuppressionsNew: first.are_suppressions_new,
  };
}

/** Keeps the lease while a long call is under way; false when it is lost. */
export async function extendLease({ sql }: Tx, work: ChunkWork): Promise<boolean> {
  const rows = await sql`
    update chunks set lease_until = now() + make_interval(secs => ${SENDING_LEASE_SECONDS})
    where tenant_id = ${toUuid("tenant", work.tenantId)} and id = ${work.chunkId}
      and lease_token = ${work.leaseToken} and state = 'sending' and lease_until > now()
    returning id`;
  return rows.length > 0;
}

/** How a worker leaves a chunk. */
export interface ChunkEnd {
  /** The last delivery that the round has been through, when it was broken off; null when it ended. */
  roundCursor: string | null;
  /** Before what is left may go out. */
  pauseSeconds: number;
  /** When it may go out, where that is a moment of the calendar. */
  dueAt?: Date;
  /** Whether that was one of the rounds that the chunk has. */
  isRoundCounted: boolean;
}

/** Ends the worker's hold: done, or ready again for what is left, not before the pause is over. */
export async function endChunk({ sql }: Tx, work: ChunkWork, end: ChunkEnd): Promise<void> {
  const tenant = toUuid("tenant", work.tenantId);
  await sql`
    update chunks c set lease_token = null, lease_until = null, round_cursor = ${end.roundCursor}::bigint,
      round_count = round_count + ${end.isRoundCounted ? 1 : 0},
      state = case when left_over.some then 'ready' else 'done' end::chunk_state,
      due_at = coalesce(${end.dueAt?.toISOString() ?? null}::timestamptz,
        now() + make_interval(secs => ${end.pauseSeconds}))
    from (
      select exists(select from deliveries where tenant_id = ${tenant}
        and id between ${work.firstId} and ${work.lastId} and state = 'ready') as some
    ) left_over
    where c.tenant_id = ${tenant} and c.id = ${work.chunkId} and c.lease_token = ${work.leaseToken}`;
}

/**
 * Gives a chunk back whose message does not run any more, and returns the message. Only from `queued`: a doubled hint
 * carries the lease of the worker that is sending, and must not take the chunk from under it.
 */
export async function releaseChunk({ sql }: Tx, claim: Claim): Promise<string | undefined> {
  const [released] = await sql<{ message_id: string }[]>`
    update chunks set state = 'ready', lease_token = null, lease_until = null
    where tenant_id = ${toUuid("tenant", claim.tenantId)} and id = ${claim.chunkId}
      and lease_token = ${claim.leaseToken} and state = 'queued'
    returning message_id`;
  return released && fromUuid("message", released.message_id);
}
