import type { Tx } from "../../platform/database/index.ts";
import { fromUuid, toUuid } from "../../platform/ids.ts";
import type { InquiryKind } from "./inquiry.rules.ts";

/** A channel whose vendor has to be asked something. */
export interface DueChannel {
  tenantId: string;
  channelId: string;
}

const LOOKED_AT = 10_000;
const INQUIRIES_A_CALL = 100;
/** After this somebody who asks is taken for dead. His answers would change nothing that was settled meanwhile. */
const LEASE_SECONDS = 180;

/** Channels with due inquiries, those that wait longest first. Runs as the dispatcher, across tenants. */
export async function listDueChannels({ sql }: Tx, limit: number): Promise<DueChannel[]> {
  const rows = await sql<{ tenant_id: string; channel_id: string }[]>`
    select tenant_id, channel_id from (
      select tenant_id, channel_id, ask_at from inquiries where ask_at <= now() order by ask_at limit ${LOOKED_AT}
    ) due group by tenant_id, channel_id order by min(ask_at) limit ${limit}`;
  return rows.map((row) => ({
    tenantId: fromUuid("tenant", row.tenant_id),
    channelId: fromUuid("channel", row.channel_id),
  }));
}

/** An inquiry that somebody has taken up, with the deliveries that he asks about now. */
export interface Inquiry extends DueChannel {
  attemptId: string;
  /** The batch that the vendor got it in. */
  batchId: string;
  kind: InquiryKind;
  messageId: string;
  chunkId: string;
  step: number;
  firstId: string;
  lastId: string;
  openedAt: Date;
  roundCount: number;
  isOver: boolean;
  sentAt: Date;
  vendorIds: string[];
  asked: AskedDelivery[];
}

export interface AskedDelivery {
  id: string;
  address: string;
  vendorId: string | null;
}

interface DueRow {
  attempt_id: string;
  batch_id: string;
  kind: InquiryKind;
  message_id: string;
  chunk_id: string;
  step: number;
  first_id: string;
  last_id: string;
  opened_at: Date;
  round_count: number;
  is_over: boolean;
  started_at: Date;
  vendor_ids: string[] | null;
}

interface AskedRow {
  attempt_id: string;
  kind: InquiryKind;
  id: string;
  address: string | null;
  vendor_id: string | null;
}

/**
 * What an inquiry `i` is about, the rows `d` of its range. Ranges of attempts may overlap, so an unknown one belongs to
 * the attempt that ended when it became unknown: of another attempt the vendor could say that it never got it.
 */
export const isSubject = (sql: Tx["sql"]) => sql`(d.tenant_id = i.tenant_id
  and d.id between i.first_id and i.last_id
  and case i.kind when 'outcome' then d.state = 'unknown' and d.changed_at = i.opened_at
    else d.state = 'accepted' end)`;

/** How soon to look again whether a worker has left a chunk, seconds. */
const WAIT_FOR_WORKER_SECONDS = 2;

/** Puts off what is about a chunk that a worker holds: what was not found could not be given back to it. */
async function putOffHeld({ sql }: Tx, due: DueChannel): Promise<void> {
  await sql`
    update inquiries i set ask_at = now() + make_interval(secs => ${WAIT_FOR_WORKER_SECONDS})
    from attempts a join chunks c on c.tenant_id = a.tenant_id and c.id = a.chunk_id
    where i.tenant_id = ${toUuid("tenant", due.tenantId)} and i.channel_id = ${toUuid("channel", due.channelId)}
      and i.kind = 'outcome' and i.ask_at <= now() and a.tenant_id = i.tenant_id and a.id = i.attempt_id
      and c.state in ('queued', 'sending')`;
}

/** How soon to look again whether a channel's plugin can be read, seconds. */
const LOOK_AGAIN_SECONDS = 10;

/** Leaves what is due of a channel to a later round. */
export async function putOffInquiries({ sql }: Tx, due: DueChannel): Promise<void> {
  await sql`
    update inquiries set ask_at = now() + make_interval(secs => ${LOOK_AGAIN_SECONDS})
    where tenant_id = ${toUuid("tenant", due.tenantId)} and channel_id = ${toUuid("channel", due.channelId)}
      and ask_at <= now()`;
}

/** Takes up due inquiries of a channel, with at most as many deliveries as one call may ask about. */
export async function takeInquiries(tx: Tx, due: DueChannel, batchSize: number): Promise<Inquiry[]> {
  await putOffHeld(tx, due);
  const rows = await lockDue(tx, due);
  if (rows.length === 0) return [];
  const asked = await listAsked(tx, due, rows, batchSize);
  const taken = asked.length < batchSize ? rows : rows.slice(0, lastReached(rows, asked) + 1);
  const { sql } = tx;
  await sql`
    update inquiries set ask_at = now() + make_interval(secs => ${LEASE_SECONDS})
    from jsonb_to_recordset(${keysOf(taken)}::jsonb) as t(attempt_id bigint, kind inquiry_kind)
    where tenant_id = ${toUuid("tenant", due.tenantId)} and inquiries.attempt_id = t.attempt_id
      and inquiries.kind = t.kind`;
  return taken.map((row) => toInquiry(due, row, asked.filter(isOf(row))));
}

const lockDue = ({ sql }: Tx, due: DueChannel) => sql<DueRow[]>`
  select i.attempt_id, a.batch_id, i.kind, i.message_id, a.chunk_id, c.step, i.first_id, i.last_id, i.opened_at, i.round_count,
    i.ends_at <= now() as is_over, a.started_at, a.vendor_ids
  from inquiries i
  join attempts a on a.tenant_id = i.tenant_id and a.id = i.attempt_id
  join chunks c on c.tenant_id = i.tenant_id and c.id = a.chunk_id
  where i.tenant_id = ${toUuid("tenant", due.tenantId)} and i.channel_id = ${toUuid("channel", due.channelId)}
    and i.ask_at <= now()
  order by i.ask_at, i.attempt_id, i.kind limit ${INQUIRIES_A_CALL} for update of i skip locked`;

/** In the order of the inquiries, so that those behind the last one wait for the next call. */
const listAsked = ({ sql }: Tx, due: DueChannel, rows: DueRow[], batchSize: number) => sql<AskedRow[]>`
  select i.attempt_id, i.kind, d.id, d.address, v.vendor_id
  from jsonb_to_recordset(${keysOf(rows)}::jsonb) as t(attempt_id bigint, kind inquiry_kind)
  join inquiries i on i.tenant_id = ${toUuid("tenant", due.tenantId)} and i.attempt_id = t.attempt_id
    and i.kind = t.kind
  cross join lateral (
    select d.id, d.address from deliveries d
    where ${isSubject(sql)} and d.id > coalesce(i.cursor, 0) order by d.id limit ${batchSize} offset 0
  ) d
  left join lateral (
    select min(r.vendor_id) as vendor_id from vendor_references r
    where r.tenant_id = i.tenant_id and r.channel_id = i.channel_id and r.delivery_id = d.id offset 0
  ) v on true
  order by i.ask_at, i.attempt_id, i.kind, d.id limit ${batchSize}`;

const keysOf = (rows: DueRow[]) => JSON.stringify(rows.map(({ attempt_id, kind }) => ({ attempt_id, kind })));

const isOf = (row: DueRow) => (asked: AskedRow) =>
  asked.attempt_id === row.attempt_id && asked.kind === row.kind;

function lastReached(rows: DueRow[], asked: AskedRow[]): number {
  const last = asked.at(-1);
  return rows.findIndex((row) => last !== undefined && isOf(row)(last));
}

function toInquiry(due: DueChannel, row: DueRow, asked: AskedRow[]): Inquiry {
  return {
    ...due,
    attemptId: row.attempt_id,
    batchId: row.batch_id,
    kind: row.kind,
    messageId: fromUuid("message", row.message_id),
    chunkId: row.chunk_id,
    step: row.step,
    firstId: row.first_id,
    lastId: row.last_id,
    openedAt: row.opened_at,
    roundCount: row.round_count,
    isOver: row.is_over,
    sentAt: row.started_at,
    vendorIds: row.vendor_ids ?? [],
    asked: asked.map(({ id, address, vendor_id: vendorId }) => ({ id, address: address ?? "", vendorId })),
  };
}
