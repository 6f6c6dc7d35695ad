import type { schema } from "@tidings/db";
import type { FieldProblem } from "../../platform/errors.ts";

export type SegmentRule = schema.SegmentRule;
export type SegmentCondition = schema.SegmentCondition;

export const MAX_RULE_DEPTH = 5;
export const MAX_CONDITIONS = 50;

/** Whether nothing in the value lies deeper than a rule may; looked for without recursion. */
export function isShallow(value: unknown): boolean {
  // Each level of a rule is an object in an array; the values of a condition lie one deeper.
  const deepest = 2 * MAX_RULE_DEPTH;
  const stack = [{ value, depth: 0 }];
  for (let item = stack.pop(); item; item = stack.pop()) {
    if (item.value === null || typeof item.value !== "object") continue;
    if (item.depth > deepest) return false;
    for (const child of Object.values(item.value)) stack.push({ value: child, depth: item.depth + 1 });
  }
  return true;
}

/** What is wrong with the size of a rule. */
export function checkRuleSize(rule: SegmentRule): FieldProblem[] {
  const depth = depthOf(rule);
  const conditionCount = conditionsOf(rule).length;
  const problems: FieldProblem[] = [];
  if (depth > MAX_RULE_DEPTH) {
    const detail = `The rule is ${depth} levels deep; ${MAX_RULE_DEPTH} are possible.`;
    problems.push({ pointer: "/rule", detail, code: "too_deep" });
  }
  if (conditionCount > MAX_CONDITIONS) {
    const detail = `The rule has ${conditionCount} conditions; ${MAX_CONDITIONS} are possible.`;
    problems.push({ pointer: "/rule", detail, code: "too_many" });
  }
  return problems;
}

const childrenOf = (rule: SegmentRule): SegmentRule[] | undefined => {
  if ("all" in rule) return rule.all;
  if ("any" in rule) return rule.any;
  return "not" in rule ? [rule.not] : undefined;
};

const depthOf = (rule: SegmentRule): number => 1 + Math.max(0, ...(childrenOf(rule) ?? []).map(depthOf));

export function conditionsOf(rule: SegmentRule): SegmentCondition[] {
  return childrenOf(rule)?.flatMap(conditionsOf) ?? [rule as SegmentCondition];
}

/** The tags and departments that a rule names, by whatever it calls them. */
export function referencesOf(rule: SegmentRule): { tags: string[]; departments: string[] } {
  const conditions = conditionsOf(rule);
  return {
    tags: conditions.flatMap((condition) => ("hasTag" in condition ? [condition.hasTag] : [])),
    departments: conditions.flatMap((condition) =>
      "inDepartment" in condition ? [condition.inDepartment] : [],
    ),
  };
}

/** Reference → id of what a rule may name. */
export interface KnownTargets {
  tags: ReadonlyMap<string, string>;
  departments: ReadonlyMap<string, string>;
}

/** The rule with ids in the place of names and codes: what is renamed later stays what it was. */
export function pinRule(rule: SegmentRule, known: KnownTargets): SegmentRule {
  if ("all" in rule) return { all: rule.all.map((part) => pinRule(part, known)) };
  if ("any" in rule) return { any: rule.any.map((part) => pinRule(part, known)) };
  if ("not" in rule) return { not: pinRule(rule.not, known) };
  if ("hasTag" in rule) return { hasTag: known.tags.get(rule.hasTag) ?? rule.hasTag };
  if ("inDepartment" in rule) {
    return { ...rule, inDepartment: known.departments.get(rule.inDepartment) ?? rule.inDepartment };
  }
  return rule;
}

/** The tags and departments of a rule that there are not, each at its place. */
export function checkReferences(rule: SegmentRule, known: KnownTargets, pointer = "/rule"): FieldProblem[] {
  if ("all" in rule) return checkAll(rule.all, known, `${pointer}/all`);
  if ("any" in rule) return checkAll(rule.any, known, `${pointer}/any`);
  if ("not" in rule) return checkReferences(rule.not, known, `${pointer}/not`);
  if ("hasTag" in rule && !known.tags.has(rule.hasTag)) {
    const detail = `"${rule.hasTag}" is neither a name nor an id of a tag.`;
    return [{ pointer: `${pointer}/hasTag`, detail, code: "unknown_tag" }];
  }
  if ("inDepartment" in rule && !known.departments.has(rule.inDepartment)) {
    const detail = `"${rule.inDepartment}" is neither a code nor an id of a department.`;
    return [{ pointer: `${pointer}/inDepartment`, detail, code: "unknown_department" }];
  }
  return [];
}

const checkAll = (rules: SegmentRule[], known: KnownTargets, pointer: string) =>
  rules.flatMap((rule, index) => checkReferences(rule, known, `${pointer}/${index}`));
