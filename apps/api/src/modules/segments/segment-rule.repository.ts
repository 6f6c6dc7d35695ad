import type { Fragment, Tx } from "../../platform/database/index.ts";
import { toUuid } from "../../platform/ids.ts";
import { isInDepartments } from "../departments/index.ts";
import type { SegmentCondition, SegmentRule } from "./segment.rules.ts";

/**
 * Whether the user `u` of a statement matches the rule. Every value is a parameter, and every condition is true or
 * false for every user, so that `not` means the others.
 */
export function matchesRule(tx: Tx, tenant: string, rule: SegmentRule): Fragment {
  const { sql } = tx;
  if ("all" in rule) return joined(tx, tenant, rule.all, sql`and`);
  if ("any" in rule) return joined(tx, tenant, rule.any, sql`or`);
  if ("not" in rule) return sql`not (${matchesRule(tx, tenant, rule.not)})`;
  return matchesCondition(tx, tenant, rule);
}

function joined(tx: Tx, tenant: string, rules: SegmentRule[], word: Fragment): Fragment {
  const { sql } = tx;
  const [first, ...others] = rules.map((rule) => sql`(${matchesRule(tx, tenant, rule)})`);
  if (!first) return sql`false`;
  return others.reduce((left, right) => sql`${left} ${word} ${right}`, first);
}

function matchesCondition(tx: Tx, tenant: string, condition: SegmentCondition): Fragment {
  const { sql } = tx;
  if ("hasTag" in condition) {
    return sql`exists (
      select from user_tags ut
      where ut.tenant_id = ${tenant} and ut.user_id = u.id and ut.tag_id = ${toUuid("tag", condition.hasTag)})`;
  }
  if ("inDepartment" in condition) {
    return isInDepartments(tx, tenant, [condition.inDepartment], condition.includeChildren);
  }
  return matchesAttribute(tx, condition);
}

/** Numbers are compared as numbers; a text that looks like one is none. */
function matchesAttribute(
  { sql }: Tx,
  condition: Exclude<SegmentCondition, { hasTag: string } | { inDepartment: string }>,
): Fragment {
  const attribute = sql`u.attributes -> ${condition.attribute}::text`;
  const amount = sql`case when jsonb_typeof(${attribute}) = 'number' then (${attribute})::numeric end`;
  switch (condition.op) {
    case "exists":
      return sql`jsonb_exists(u.attributes, ${condition.attribute})`;
    case "eq":
      return sql`coalesce(${attribute} = ${JSON.stringify(condition.value)}::jsonb, false)`;
    case "ne":
      return sql`coalesce(${attribute} <> ${JSON.stringify(condition.value)}::jsonb, true)`;
    case "in":
      return sql`coalesce(${JSON.stringify(condition.value)}::jsonb @> (${attribute}), false)`;
    case "gt":
      return sql`coalesce(${amount} > ${condition.value}::numeric, false)`;
    case "gte":
      return sql`coalesce(${amount} >= ${condition.value}::numeric, false)`;
    case "lt":
      return sql`coalesce(${amount} < ${condition.value}::numeric, false)`;
    case "lte":
      return sql`coalesce(${amount} <= ${condition.value}::numeric, false)`;
  }
}
