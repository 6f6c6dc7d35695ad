import type { schema } from "@tidings/db";
import type { Fragment, Tx } from "../../../platform/database/index.ts";
import { fromUuid, toUuid } from "../../../platform/ids.ts";
import { contentKeyOf, lockContents } from "../judge/duplicates.repository.ts";
import { type OneWay, wayThrough } from "../judge/judging.repository.ts";
import type { Restraints } from "../judge/restraints.ts";
import { type Making, makeDeliveries } from "./expansion.repository.ts";
import type { ExpandingChannel } from "./slice.repository.ts";
import { SLICE_SIZE } from "./slice-size.rules.ts";

/** Ids of one block of the sequence: a slice's deliveries over all channels have to fit into it. */
export const BLOCK_SIZE = 65_536;

/** Lines that a slice may have at most. */
export const mostLinesOf = (channelCount: number) =>
  Math.min(SLICE_SIZE, Math.floor(BLOCK_SIZE / Math.max(1, channelCount)));

/** Where a slice of a file's lines ends, as the message's cursor has it. */
export interface FileSlice {
  from: number;
  to: number;
  cursor: string;
  isLast: boolean;
}

/** The cursor is a UUID, which counts users for other audiences; a line is one with nothing but its last digits. */
const toCursor = (line: number) => `00000000-0000-0000-0000-${line.toString(16).padStart(12, "0")}`;
const fromCursor = (cursor: string) => Number.parseInt(cursor.slice(-12), 16);

/** Finds where the next slice ends: so many lines behind the cursor. */
export async function nextFileSlice(
  { sql }: Tx,
  tenantId: string,
  audience: schema.FileAudience,
  cursor: string,
  size: number,
): Promise<FileSlice> {
  const from = fromCursor(cursor);
  const [end] = await sql<{ line: number }[]>`
    select line from audience_file_rows
    where tenant_id = ${toUuid("tenant", tenantId)} and file_id = ${toUuid("audienceFile", audience.fileId)}
      and line > ${from}
    order by line offset ${size - 1} limit 1`;
  const to = end?.line ?? 2 ** 31 - 1;
  return { from, to, cursor: toCursor(to), isLast: end === undefined };
}

/** How many of the file's lines stand behind a cursor. */
export async function countFileLines(
  { sql }: Tx,
  tenantId: string,
  audience: schema.FileAudience,
  after: string,
): Promise<number> {
  const [row] = await sql<[{ count: number }]>`
    select count(*)::int as count from audience_file_rows
    where tenant_id = ${toUuid("tenant", tenantId)} and file_id = ${toUuid("audienceFile", audience.fileId)}
      and line > ${fromCursor(after)}`;
  return row.count;
}

/** A message to the lines of a file. */
interface FileMessage {
  id: string;
  audience: schema.FileAudience;
  sourceId: string | null;
  channels: ExpandingChannel[];
}

/** Makes the deliveries of a slice's lines on all channels of the first step. */
export async function expandFileSlice(
  tx: Tx,
  tenantId: string,
  message: FileMessage,
  { slice, ...making }: { slice: FileSlice } & Pick<Making, "restraints" | "deduplicates">,
): Promise<void> {
  const { sql } = tx;
  const tenant = toUuid("tenant", tenantId);
  const { audience } = message;
  if (making.deduplicates) await lockContents(tx, tenantId, [fromUuid("message", message.id)]);
  const stored = sql`select * from messages m where m.tenant_id = ${tenant} and m.id = ${message.id}`;
  await makeDeliveries(tx, tenant, targetOf(tx, tenant, audience, sql`select * from lines`, stored), {
    ...making,
    step: 0,
    lines: linesOf(tx, tenant, audience, slice),
    oneWay: oneWayOf(tx, message, making.restraints),
  });
}

/** Undefined where there are several ways, or the lines name no users. */
function oneWayOf(
  tx: Tx,
  { audience, sourceId, channels }: FileMessage,
  restraints: Restraints,
): OneWay | undefined {
  const [channel, ...others] = channels;
  if (!channel || others.length > 0 || audience.recipients !== "users") return undefined;
  const way = wayThrough(tx, channel, sourceId, restraints);
  const among = tx.sql`user_id = any(array(select user_id from lines where user_id is not null))`;
  return way && { way, among };
}

/** The target of a slice's lines; `message` finds the message's row. */
export const fileTarget = (
  tx: Tx,
  tenant: string,
  audience: schema.FileAudience,
  slice: Pick<FileSlice, "from" | "to">,
  message: Fragment,
): Fragment => targetOf(tx, tenant, audience, linesOf(tx, tenant, audience, slice), message);

/** A slice's lines, those that name users with the users' keys. */
function linesOf(
  { sql }: Tx,
  tenant: string,
  audience: schema.FileAudience,
  slice: Pick<FileSlice, "from" | "to">,
): Fragment {
  const rows = sql`
    select recipient, variables from audience_file_rows
    where tenant_id = ${tenant} and file_id = ${toUuid("audienceFile", audience.fileId)}
      and line > ${slice.from} and line <= ${slice.to}`;
  if (audience.recipients !== "users") return rows;
  // One scan of the index for all recipients costs half of a probe for each. They all stand in the rows, so the full join
  // is a left join that cannot become a nested loop.
  return sql`
    select r.*, u.id as user_id from (${rows} offset 0) r full join (
      select id, external_id from users
      where tenant_id = ${tenant} and external_id = any(array(select recipient from (${rows}) named)) offset 0
    ) u on u.external_id = r.recipient offset 0`;
}

function targetOf(
  tx: Tx,
  tenant: string,
  audience: schema.FileAudience,
  lines: Fragment,
  message: Fragment,
): Fragment {
  const { sql } = tx;
  const isOfUsers = audience.recipients === "users";
  return sql`
    select m.id as message_id, m.source_id, m.priority, m.category, m.options, m.policy_version_id,
      m.template_version_id, ${contentKeyOf(tx)} as content_key, chosen.id as channel_id, c.kind, r.variables,
      ${isOfUsers ? sql`r.recipient` : sql`null`}::text as external_id,
      ${isOfUsers ? sql`null` : sql`r.recipient`}::text as address,
      ${isOfUsers ? sql`r.user_id` : sql`null`}::uuid as user_id
    from (${message} offset 0) m
    cross join lateral unnest(m.channel_ids) as chosen(id)
    left join channels c on c.tenant_id = ${tenant} and c.id = chosen.id
    cross join (${lines}) r`;
}

/** The row by which a file of users names the user, if it does. */
export const rowOfUser = (
  { sql }: Tx,
  tenant: string,
  audience: schema.FileAudience,
  userId: string,
): Fragment => sql`
  select variables from audience_file_rows
  where tenant_id = ${tenant} and file_id = ${toUuid("audienceFile", audience.fileId)} and recipient = ${userId}`;

/** Whether a file of users names the user. */
export async function isInFile(
  tx: Tx,
  tenantId: string,
  audience: schema.FileAudience,
  userId: string,
): Promise<boolean> {
  if (audience.recipients !== "users") return false;
  const [row] = await tx.sql<[{ found: boolean }]>`
    select exists(${rowOfUser(tx, toUuid("tenant", tenantId), audience, userId)}) as found`;
  return row.found;
}
