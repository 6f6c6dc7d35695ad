import type { schema } from "@tidings/db";
import { type Fragment, isOneOf, type Tx } from "../../../platform/database/index.ts";
import { fromUuid, toUuid } from "../../../platform/ids.ts";
import type { Money } from "../../costs/index.ts";
import type { MessageCategory } from "../../templates/index.ts";
import { holdCancellation } from "../cancellation-lock.repository.ts";
import type { Claim } from "../dispatch/claim.repository.ts";
import { type ChunkShare, shareOut } from "./share-out.rules.ts";

/** How long a worker may hold a chunk without a sign of life, seconds. */
export const SENDING_LEASE_SECONDS = 60;
/**
 * How long after the intent its requests may still be begun, seconds. A worker that was stopped for longer may have
 * lost the chunk, and what it has not begun may be sent by somebody else.
 */
export const START_WITHIN_SECONDS = SENDING_LEASE_SECONDS / 2;

/** Until when a chunk belongs to the worker that gives a sign of life now. */
export const sendingUntil = ({ sql }: Tx) => sql`now() + make_interval(secs => ${SENDING_LEASE_SECONDS})`;

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
    /** Of one unit, when the chunk was begun; null: nobody has said what it costs. */
    price: Money | null;
    /** `held`: it is not sent through at the moment, and this chunk is not its probe. */
    circuit: "closed" | "probe" | "held";
  } | null;
}

interface ChunkWorkRow {
  id: string;
  lease_token: string;
  message_id: string;
  source_id: string | null;
  channel_id: string;
  step: number;
  first_id: string;
  last_id: string;
  next_id: string;
  round_count: number;
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
  unit_price: number | null;
  currency: string | null;
  circuit: "closed" | "probe" | "held";
}

/**
 * Leases as parameters of a statement: chunks of one tenant and the tokens they are held by. Statements compare states by
 * `is not distinct from`, which keeps the planner from going through all that is leased, in an index that looks small and
 * has much in it that is over.
 */
export const leasesOf = (held: readonly Pick<Claim, "chunkId" | "leaseToken">[]) => ({
  ids: held.map(({ chunkId }) => chunkId),
  tokens: held.map(({ leaseToken }) => leaseToken),
});

/** One whose time to live is over is left to the loop that ends it, which may be behind after a standstill. */
async function beginChunks(tx: Tx, tenantId: string, claims: readonly Claim[]): Promise<ChunkWork[]> {
  const { sql } = tx;
  const tenant = toUuid("tenant", tenantId);
  const { ids, tokens } = leasesOf(claims);
  // OFFSET keeps the messages to one probe of the index for each chunk.
  return readWork(
    tx,
    tenantId,
    sql`
      update chunks c set state = 'sending', lease_until = ${sendingUntil(tx)}
      from unnest(${ids}::bigint[], ${tokens}::uuid[]) as claim(id, token)
      where c.tenant_id = ${tenant} and c.id = claim.id and ${isOneOf(tx, sql`c.id`, ids)}
        and c.lease_token = claim.token and c.state is not distinct from 'queued' and exists(
          select from messages m where m.tenant_id = ${tenant} and m.id = c.message_id
            and m.state in ('expanding', 'sending') and (m.expires_at is null or m.expires_at > now()) offset 0)
      returning c.*`,
  );
}

/** A chunk that has been begun, and what this round has to send of it, in order. */
export type ReadChunk = ChunkShare<ChunkWork, ReadyRow>;

/**
 * Takes chunks of a tenant from `queued` to `sending` and reads what is to be sent of them, in the order of their
 * deliveries. Those are missing whose hint is stale: the lease was lost, or the message was cancelled meanwhile.
 */
export async function takeQueued(tx: Tx, tenantId: string, claims: readonly Claim[]): Promise<ReadChunk[]> {
  const { sql } = tx;
  const { ids, tokens } = leasesOf(claims);
  const begun = sql`
    select first_id, last_id, round_cursor
    from unnest(${ids}::bigint[], ${tokens}::uuid[]) as claim(id, token)
    cross join lateral (
      select * from chunks c
      where c.tenant_id = ${toUuid("tenant", tenantId)} and c.id = claim.id and c.lease_token = claim.token
        and c.state is not distinct from 'sending' offset 0
    ) held`;
  // One round trip: the second is sent right behind the first. Of a hint that comes twice it also finds what is being sent.
  return shareOut(
    ...(await Promise.all([beginChunks(tx, tenantId, claims), readReady(tx, tenantId, begun)])),
  );
}

/** Reads the chunks of messages that this transaction has made in `sending`: nobody else knows of any. */
export async function readMade(
  tx: Tx,
  tenantId: string,
  messageIds: readonly string[],
): Promise<ReadChunk[]> {
  const ids = messageIds.map((id) => toUuid("message", id));
  const made = tx.sql`
    select * from chunks
    where tenant_id = ${toUuid("tenant", tenantId)} and message_id = any(${ids}::uuid[])
      and state is not distinct from 'sending'`;
  return shareOut(...(await Promise.all([readWork(tx, tenantId, made), readReady(tx, tenantId, made)])));
}

/** What is to be known of the chunks that `begun` gives. */
async function readWork({ sql }: Tx, tenantId: string, begun: Fragment): Promise<ChunkWork[]> {
  const tenant = toUuid("tenant", tenantId);
  // OFFSET as above.
  const rows = await sql<ChunkWorkRow[]>`
    with begun as (${begun})
    select b.id, b.lease_token, b.message_id, m.source_id, b.channel_id, b.step, b.first_id, b.last_id,
      coalesce(b.round_cursor + 1, b.first_id) as next_id, b.round_count,
      date_trunc('hour', b.created_at) as hour, extract(epoch from now() - b.created_at)::float as age_seconds,
      m.category, m.options ->> 'quietHours' as quiet_hours, m.template_version_id, v.template_id,
      coalesce(m.renderings, v.renderings) as renderings, coalesce(v.variables, '[]') as variable_schema,
      m.variables, coalesce(m.tracking, v.tracking) as tracking, m.policy_version_id is not null as has_flows,
      coalesce(m.rate_per_second, c.rate_per_second) is not null as is_paced,
      c.plugin_id, c.kind, c.state as channel_state, c.revision, c.settings, c.unit_price, c.currency,
      case when coalesce(k.state, 'closed') = 'closed' then 'closed'
        when k.state = 'half_open' and k.probe_chunk_id = b.id then 'probe' else 'held' end as circuit
    from begun b
    cross join lateral (
      select * from messages where tenant_id = ${tenant} and id = b.message_id offset 0
    ) m
    left join lateral (
      select * from template_versions where tenant_id = ${tenant} and id = m.template_version_id offset 0
    ) v on true
    left join channels c on c.tenant_id = ${tenant} and c.id = b.channel_id
    left join channel_circuits k on k.tenant_id = ${tenant} and k.channel_id = b.channel_id
    order by b.first_id`;
  return rows.map((row) => toChunkWork(tenantId, row));
}

function toChunkWork(tenantId: string, row: ChunkWorkRow): ChunkWork {
  const { plugin_id: pluginId, kind, channel_state: state, revision, settings, circuit } = row;
  const { unit_price: amount, currency } = row;
  const price = amount === null || currency === null ? null : { amount, currency };
  return {
    tenantId,
    chunkId: row.id,
    leaseToken: row.lease_token,
    messageId: fromUuid("message", row.message_id),
    sourceId: row.source_id && fromUuid("source", row.source_id),
    channelId: fromUuid("channel", row.channel_id),
    step: row.step,
    firstId: row.first_id,
    lastId: row.last_id,
    nextId: row.next_id,
    roundCount: row.round_count,
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
    channel: pluginId === null ? null : { pluginId, kind, state, revision, settings, price, circuit },
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

/** The deliveries that this round has still to send of the chunks that `begun` gives, in order. */
async function readReady({ sql }: Tx, tenantId: string, begun: Fragment): Promise<ReadyRow[]> {
  const tenant = toUuid("tenant", tenantId);
  // The range is written without arithmetic: behind row-level security the index takes leakproof conditions only, and a
  // sum may overflow. The users are fetched by one scan for all their keys, which costs a third of a probe for each; every
  // one of them has a delivery, so the full join is a left join that cannot become a nested loop.
  const rows = await sql`
    with ready as materialized (
      select d.id, d.address, d.variables, d.user_id
      from (${begun}) c
      cross join lateral (
        select d.id, d.address, d.variables, d.user_id from deliveries d
        where d.tenant_id = ${tenant} and d.id between c.first_id and c.last_id and d.id > coalesce(c.round_cursor, 0)
          and d.state = 'ready' offset 0
      ) d
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

/** What of a chunk is about to be sent in one of several batches, which are numbered. */
export interface Intent {
  work: ChunkWork;
  rows: ReadyRow[];
  batch: number;
}

/** An intent that is written down. */
export interface OpenedAttempt {
  id: string;
  batchId: string;
}

/** What `openAttempts` has opened. */
export interface OpenedAttempts {
  /** By the intent's first delivery. Those are missing of which nothing may be sent: the lease is lost, or the message cancelled. */
  byFirstId: Map<string, OpenedAttempt>;
  /** Since the chunks were made, an entry has been added to the suppression list, or a user deleted. */
  areExclusionsNew: boolean;
  /** One of the messages has been cancelled for some of its users. */
  areUsersCancelled: boolean;
}

interface OpenedRow {
  id: string;
  batch_id: string;
  first_id: string;
  are_exclusions_new: boolean;
  are_users_cancelled: boolean;
}

/**
 * Writes down, before the vendor is called, what is about to be sent of chunks of a channel. Extends the leases. Of chunks
 * that the transaction has made itself (`areMade`) nobody else knows: their leases are fresh, and a cancellation waits for
 * the messages' rows.
 */
export async function openAttempts(
  tx: Tx,
  intents: readonly Intent[],
  areMade: boolean,
): Promise<OpenedAttempts> {
  const { sql } = tx;
  const [any] = intents;
  if (!any) return { byFirstId: new Map(), areExclusionsNew: false, areUsersCancelled: false };
  const tenant = toUuid("tenant", any.work.tenantId);
  const works = [...new Set(intents.map(({ work }) => work))];
  const { ids, tokens } = leasesOf(works);
  const parts = intents.map(({ work, rows, batch }) => ({
    chunk: work.chunkId,
    batch,
    first: rows[0]?.[0],
    last: rows.at(-1)?.[0],
    count: rows.length,
  }));
  const held = areMade
    ? sql`select id, lease_token, created_at from chunks where tenant_id = ${tenant} and ${isOneOf(tx, sql`id`, ids)}`
    : sql`
        update chunks c set lease_until = ${sendingUntil(tx)}
        from unnest(${ids}::bigint[], ${tokens}::uuid[]) as claim(id, token)
        where c.tenant_id = ${tenant} and c.id = claim.id and ${isOneOf(tx, sql`c.id`, ids)}
          and c.lease_token = claim.token and c.state is not distinct from 'sending' and c.lease_until > now()
          and exists(select from messages m where m.tenant_id = ${tenant} and m.id = c.message_id
            and m.state in ('expanding', 'sending') offset 0)
        returning c.id, c.lease_token, c.created_at`;
  const messageIds = works.map(({ messageId }) => messageId);
  const [, opened] = await Promise.all([
    areMade || holdCancellation(tx, messageIds),
    sql<OpenedRow[]>`
      with held as (${held}), parts as materialized (
        select * from jsonb_to_recordset(${JSON.stringify(parts)}::jsonb)
          as p(chunk bigint, batch int, first bigint, last bigint, count int)
      ), batches as materialized (
        select batch, nextval('attempts_id_seq') as id from (select distinct batch from parts) numbers
      )
      insert into attempts (tenant_id, chunk_id, batch_id, channel_id, first_id, last_id, delivery_count, lease_token)
      select ${tenant}, held.id, b.id, ${toUuid("channel", any.work.channelId)}, p.first, p.last, p.count,
        held.lease_token
      from parts p join held on held.id = p.chunk join batches b on b.batch = p.batch
      returning id, batch_id, first_id, (
        with made as (select min(created_at) - make_interval(secs => ${LATE_ENTRY_SECONDS}) as at from held)
        select exists(select from suppressions s where s.tenant_id = ${tenant} and s.updated_at > (select at from made))
          or exists(select from tenants t where t.id = ${tenant} and t.user_deleted_at > (select at from made))
      ) as are_exclusions_new, (select exists(select from cancelled_users x where x.tenant_id = ${tenant}
        and x.message_id = any(${messageIds.map((id) => toUuid("message", id))}::uuid[]))) as are_users_cancelled`,
  ]);
  return {
    byFirstId: new Map(opened.map((row) => [row.first_id, { id: row.id, batchId: row.batch_id }])),
    areExclusionsNew: opened[0]?.are_exclusions_new ?? false,
    areUsersCancelled: opened[0]?.are_users_cancelled ?? false,
  };
}

/** When an attempt was begun. */
export async function startOfAttempt({ sql }: Tx, tenantId: string, attemptId: string): Promise<Date> {
  const [row] = await sql<[{ started_at: Date }]>`
    select started_at from attempts where tenant_id = ${toUuid("tenant", tenantId)} and id = ${attemptId}`;
  return row.started_at;
}

/** Keeps the leases on chunks of a tenant while a long call is under way; one that is lost stays lost. */
export async function extendLeases(tx: Tx, works: readonly ChunkWork[]): Promise<void> {
  const { sql } = tx;
  const { ids, tokens } = leasesOf(works);
  await sql`
    update chunks c set lease_until = ${sendingUntil(tx)}
    from unnest(${ids}::bigint[], ${tokens}::uuid[]) as claim(id, token)
    where c.tenant_id = ${toUuid("tenant", works[0]?.tenantId ?? "")} and c.id = claim.id
      and ${isOneOf({ sql }, sql`c.id`, ids)} and c.lease_token = claim.token
      and c.state is not distinct from 'sending' and c.lease_until > now()`;
}
