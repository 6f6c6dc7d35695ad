import type { AllowanceAbility } from "@tidings/sdk/plugin";
import type { Fragment, Tx } from "../../../platform/database/index.ts";
import { toUuid } from "../../../platform/ids.ts";
import type { PluginCatalogue } from "../../../platform/plugin-runtime/index.ts";
import { REASONS } from "../delivery.rules.ts";

/*
 * What is known of recipients' consents, in the statements that make deliveries: who is known to have given no further one
 * is left out at once. Nothing is taken here, and what is still good is taken when a delivery is sent; where variables say
 * what is allowed, it is judged then as well.
 */

/** A channel kind by which a tenant sends what recipients allow one by one. */
export interface CountedKind extends Pick<AllowanceAbility, "subject" | "when"> {
  kind: string;
}

/** The kinds of the tenant's channels whose plugins need consents; hardly any tenant has such. */
export async function listCountedKinds(
  { sql }: Tx,
  catalogue: PluginCatalogue,
  tenantId: string,
): Promise<CountedKind[]> {
  const counting = catalogue
    .list()
    .flatMap(({ manifest: { id, kind, allowances } }) => (allowances ? [{ id, kind, ...allowances }] : []));
  if (counting.length === 0) return [];
  const rows = await sql<{ plugin_id: string }[]>`
    select distinct plugin_id from channels
    where tenant_id = ${toUuid("tenant", tenantId)} and plugin_id = any(${counting.map(({ id }) => id)}::text[])`;
  const used = new Set(rows.map((row) => row.plugin_id));
  return counting
    .filter(({ id }) => used.has(id))
    .map(({ kind, subject, when }) => ({ kind, subject, when }));
}

/** The reason why row `a` is left out for want of a consent; null when it is not. `messages` has what its message says. */
export function allowanceVerdictOf(
  { sql }: Tx,
  tenant: string,
  counted: readonly CountedKind[],
  messages: Fragment,
): Fragment {
  const subjects = counted
    .map(({ kind, subject, when }) => {
      const isCounted = when
        ? sql`r.rendering ->> ${when.field}::text = any(${when.values}::text[])`
        : sql`true`;
      return sql`when a.kind = ${kind} then (
        select r.rendering ->> ${subject}::text from (
          select coalesce(m.renderings, v.renderings) -> ${kind}::text as rendering
          from (${messages}) m
          left join template_versions v on v.tenant_id = ${tenant} and v.id = m.template_version_id
          where m.id = a.message_id
        ) r where ${isCounted})`;
    })
    .reduce((all, one) => sql`${all} ${one}`);
  return sql`case when a.kind = any(${counted.map(({ kind }) => kind)}::text[]) and exists(
    select from recipient_allowances l
    where l.tenant_id = ${tenant} and l.channel_id = a.channel_id and l.address = a.chosen_address
      and l.subject = (case ${subjects} end) and l.remaining = 0) then ${REASONS.noAllowance} end`;
}
