import type { schema } from "@tidings/db";
import type { Fragment, Tx } from "../../../platform/database/index.ts";
import { fromUuid, toUuid } from "../../../platform/ids.ts";
import { REASONS } from "../delivery.rules.ts";
import { readExpanding } from "../expand/expanding.repository.ts";
import { listedTarget, recipientsOf } from "../expand/expansion.repository.ts";
import { type FileSlice, fileTarget, rowOfUser } from "../expand/file-slice.repository.ts";
import {
  type ExpandingMessage,
  isOfUsers,
  LAST_USER,
  NO_USER,
  type Slice,
  sliceTarget,
} from "../expand/slice.repository.ts";
import { judge } from "../judge/judging.repository.ts";
import type { Restraints } from "../judge/restraints.ts";
import type { ReadyRow } from "../send/send.repository.ts";
import { MAX_SAMPLES, type Metered, type Sample, type Tally } from "./explanation.rules.ts";
import { countMetered, MAX_METERED, type RecipientMeter } from "./recipient-meter.rules.ts";

/**
 * The steps of a message that is not stored: for each the row that `messages` would have, with the step's channels. Made
 * of the same input as a stored row, so that expanding and judging find in it what they would find in the table.
 */
export type PlannedSteps = (tx: Tx) => Fragment[];

/** What recipients are judged by, and whose messages are counted in units. */
export interface TallyBy {
  restraints: Restraints;
  meter: RecipientMeter | undefined;
}

/** Of a delivery that is none. */
const NOBODYS_KEY = "0";

/** What becomes of the recipients that the message names. */
export function tallyListed(tx: Tx, tenantId: string, steps: PlannedSteps, by: TallyBy): Promise<Tally> {
  const tenant = toUuid("tenant", tenantId);
  const targets = steps(tx).map((row) => listedTarget(tx, tenant, row, recipientsOf(tx)));
  return tally(tx, tenant, { targets, messages: messageOf(tx, steps) }, by);
}

/** A step of a large audience. */
export type PlannedSlices = ExpandingMessage[];

export async function readPlanned(tx: Tx, tenantId: string, steps: PlannedSteps): Promise<PlannedSlices> {
  const rows = steps(tx).map((row) => readExpanding(tx, toUuid("tenant", tenantId), row));
  return (await Promise.all(rows)).map((row) => {
    if (!row) throw new Error("a planned message has a row");
    const { audience } = row;
    if (!isOfUsers(audience)) throw new Error(`an audience of the kind ${audience.kind} has no slices`);
    return { ...row, audience };
  });
}

/** What becomes of the lines of a file's slice. */
export function tallyFileSlice(
  tx: Tx,
  tenantId: string,
  audience: schema.FileAudience,
  steps: PlannedSteps,
  slice: FileSlice,
  by: TallyBy,
): Promise<Tally> {
  const tenant = toUuid("tenant", tenantId);
  const targets = steps(tx).map((row) => fileTarget(tx, tenant, audience, slice, row));
  return tally(tx, tenant, { targets, messages: messageOf(tx, steps) }, by);
}

/** What becomes of the users of a slice. */
export function tallySlice(
  tx: Tx,
  tenantId: string,
  planned: { steps: PlannedSteps; slices: PlannedSlices },
  slice: Slice & { after: string },
  by: TallyBy,
): Promise<Tally> {
  const tenant = toUuid("tenant", tenantId);
  const { steps, slices } = planned;
  const targets = slices.map((step) => {
    const from = { ...step, expandCursor: slice.after };
    return allOf(
      tx,
      step.channels.map((channel) => sliceTarget(tx, tenant, from, channel, slice)),
    );
  });
  return tally(tx, tenant, { targets, messages: messageOf(tx, steps) }, by);
}

/** Whether a large audience holds the user; a row key. */
export async function isInSlices(
  tx: Tx,
  tenantId: string,
  [step]: PlannedSlices,
  userId: string,
): Promise<boolean> {
  const [channel] = step?.channels ?? [];
  if (!step || !channel) return false;
  const all = { ...step, expandCursor: NO_USER };
  const target = sliceTarget(tx, toUuid("tenant", tenantId), all, channel, {
    lastUserId: LAST_USER,
    isLast: true,
    isOfFew: false,
  });
  const [row] = await tx.sql<[{ found: boolean }]>`
    select exists(select from (${target}) t where t.user_id = ${userId}) as found`;
  return row.found;
}

const allOf = ({ sql }: Tx, parts: Fragment[]): Fragment =>
  parts.reduce((all, part) => sql`${all} union all ${part}`);

/** The message as its first step has it: what it says is the same in all. */
function messageOf(tx: Tx, steps: PlannedSteps): Fragment {
  const [first] = steps(tx);
  if (!first) throw new Error("a planned message has a step");
  return first;
}

/** The targets of a message's steps, and its row. */
interface Planned {
  targets: Fragment[];
  messages: Fragment;
}

/** The judged rows of all steps; `recipient` is the same for all rows of one. */
function judgeSteps(
  tx: Tx,
  tenant: string,
  { targets, messages }: Planned,
  restraints: Restraints,
): Fragment {
  const steps = targets.map(
    (target, step) => tx.sql`
      select ${step}::int as step, j.user_id, j.external_id, j.channel_id, j.chosen_address, j.origin, j.reason,
        j.variables, j.deferred_until, coalesce(j.user_id::text, j.external_id, j.address) as recipient
      from (${judge(tx, tenant, target, restraints, { messages })}) j`,
  );
  return allOf(tx, steps);
}

interface TallyRow {
  step: number | null;
  channel_id: string | null;
  reason: string | null;
  deferred_until: Date | null;
  is_at_once: boolean;
  count: number;
  samples: Sample[];
  metered: ReadyRow[];
}

/**
 * Counts what would be made of the targets. A later step is taken at once by users for whom no earlier one can be sent;
 * users that are not known have no later step. Who is left out of any step by quiet hours is unreached for their sake:
 * they hold for every step alike.
 */
async function tally(
  tx: Tx,
  tenant: string,
  planned: Planned,
  { restraints, meter }: TallyBy,
): Promise<Tally> {
  const { sql } = tx;
  const samples = sql`coalesce(jsonb_agg(jsonb_build_object('userId', external_id, 'address', chosen_address,
    'name', (select name from users u where u.tenant_id = ${tenant} and u.external_id = numbered.external_id)))
    filter (where place <= ${MAX_SAMPLES}), '[]')`;
  const rows = await sql<TallyRow[]>`
    with judged as materialized (${judgeSteps(tx, tenant, planned, restraints)}), recipients as materialized (
      select recipient, min(step) filter (where reason is null) as begins_at,
        coalesce(min(reason) filter (where reason = ${REASONS.quietHours}),
          min(reason) filter (where step = 0)) as first_reason,
        min(deferred_until) as deferred_until, min(external_id) as external_id,
        min(chosen_address) as chosen_address
      from judged group by recipient
    ), made as (
      select j.*,
        j.step = 0 or (j.user_id is not null and (r.begins_at is null or r.begins_at >= j.step)) as is_at_once
      from judged j join recipients r using (recipient)
    )
    select step, channel_id, reason, deferred_until, is_at_once, count(*)::int as count, ${samples} as samples,
      ${meteredRows(tx, tenant, meter)} as metered
    from (
      select *, row_number() over (partition by step, channel_id, reason, deferred_until, is_at_once
        ${meter ? sql`order by hashtext(recipient)` : sql``}) as place
      from made where is_at_once or (user_id is not null and reason is null)
    ) numbered
    group by step, channel_id, reason, deferred_until, is_at_once
    union all
    select begins_at, null, reason, deferred_until, true, count(*)::int, ${samples}, '[]'
    from (
      select r.*, case when begins_at is null then first_reason end as reason, row_number() over (
        partition by begins_at, case when begins_at is null then first_reason end, deferred_until) as place
      from recipients r
    ) numbered
    group by begins_at, reason, deferred_until`;
  return toTally(rows, meter);
}

/** Some of the rows, at random, as sending would read them. */
function meteredRows({ sql }: Tx, tenant: string, meter: RecipientMeter | undefined): Fragment {
  if (!meter) return sql`'[]'::jsonb`;
  const channels = meter.channelIds.map((id) => toUuid("channel", id));
  const ofUser = (column: Fragment) =>
    sql`(select ${column} from users u where u.tenant_id = ${tenant} and u.external_id = numbered.external_id)`;
  return sql`coalesce(jsonb_agg(jsonb_build_array(${NOBODYS_KEY}::text, chosen_address, variables, external_id,
      ${ofUser(sql`name`)}, ${ofUser(sql`attributes`)}))
    filter (where place <= ${MAX_METERED} and reason is null and channel_id = any(${channels}::uuid[])), '[]')`;
}

function toTally(rows: readonly TallyRow[], by: RecipientMeter | undefined): Tally {
  const made = rows.flatMap(({ channel_id, step, ...row }) =>
    channel_id === null ? [] : [{ ...row, step: step ?? 0, channelId: fromUuid("channel", channel_id) }],
  );
  const unitsOf = ({ channelId, count, metered }: (typeof made)[number]): Metered =>
    by ? countMetered(by, { channelId, count, rows: metered }) : { unitCount: 0, isSampled: false };
  return {
    deliveries: made
      .filter(({ is_at_once }) => is_at_once)
      .map((row) => {
        const { step, channelId, reason, deferred_until: deferredUntil, count, samples } = row;
        return { step, channelId, reason, deferredUntil, count, samples, ...unitsOf(row) };
      }),
    fallbacks: made
      .filter(({ is_at_once }) => !is_at_once)
      .map((row) => {
        const { step, channelId, count } = row;
        return { step, channelId, count, ...unitsOf(row) };
      }),
    recipients: rows.flatMap(({ channel_id, step, reason, deferred_until: deferredUntil, count, samples }) =>
      channel_id === null ? [{ reason, deferredUntil, count, samples, beginsAt: step }] : [],
    ),
  };
}

export interface UserStory {
  /** Null: no user has this id. */
  user: { key: string; name: string } | null;
  channels: {
    step: number;
    channelId: string;
    reason: string | null;
    /** The end of the quiet hours that it waits for. */
    deferredUntil: Date | null;
    address: string | null;
    origin: "all" | "source" | "channel" | "custom" | "user" | null;
  }[];
  identities: {
    kind: string;
    address: string;
    scope: "all" | "source" | "channel";
    /** Row key of the source or channel it is bound to. */
    scopeId: string | null;
  }[];
}

const MAX_IDENTITIES = 100;

/** Everything that decides what becomes of one user, whether the audience holds them or not. */
export async function readStory(
  tx: Tx,
  tenantId: string,
  { userId, audience }: { userId: string; audience: schema.Audience },
  steps: PlannedSteps,
  restraints: Restraints,
): Promise<UserStory> {
  const { sql } = tx;
  const tenant = toUuid("tenant", tenantId);
  const isOfUsersFile = audience.kind === "file" && audience.recipients === "users";
  const variables = isOfUsersFile ? sql`(${rowOfUser(tx, tenant, audience, userId)})` : sql`null::jsonb`;
  const recipient = sql`select ${userId}::text as external_id, null::text as address, ${variables} as variables`;
  const targets = steps(tx).map((row) => listedTarget(tx, tenant, row, recipient));
  const judged = await sql<
    {
      step: number;
      channel_id: string;
      reason: string | null;
      deferred_until: Date | null;
      chosen_address: string | null;
      origin: UserStory["channels"][number]["origin"];
    }[]
  >`
    select step, channel_id, reason, deferred_until, chosen_address, origin
    from (${judgeSteps(tx, tenant, { targets, messages: messageOf(tx, steps) }, restraints)}) j order by step`;
  const [user] = await sql<{ id: string; name: string }[]>`
    select id, name from users where tenant_id = ${tenant} and external_id = ${userId}`;
  const identities = user
    ? await sql<UserStory["identities"][number][]>`
      select kind, address, scope, scope_id as "scopeId" from identities
      where tenant_id = ${tenant} and user_id = ${user.id} order by kind, scope desc, id limit ${MAX_IDENTITIES}`
    : [];
  return {
    user: user ? { key: user.id, name: user.name } : null,
    channels: judged.map(({ channel_id, chosen_address, deferred_until, ...row }) => ({
      ...row,
      deferredUntil: deferred_until,
      channelId: fromUuid("channel", channel_id),
      address: chosen_address,
    })),
    identities: [...identities],
  };
}
