import type { SegmentRule } from "#lib/api/client.ts";
import type { FieldErrors } from "#lib/forms/form-state.svelte.ts";
import { required } from "#lib/forms/rules.ts";
import { m } from "#messages";

/** A segment's rule while it is edited: conditions in groups. */
export interface GroupDraft {
  key: number;
  mode: "all" | "any" | "none";
  parts: PartDraft[];
}

export interface ConditionDraft {
  key: number;
  about: "attribute" | "tag" | "department";
  attribute: string;
  op: Operator;
  /** As it is typed; of several values, with commas between. */
  value: string;
  /** Ids. */
  tag: string;
  department: string;
  includeChildren: boolean;
}

export type PartDraft = GroupDraft | ConditionDraft;
export const OPERATORS = ["eq", "ne", "in", "gt", "gte", "lt", "lte", "exists"] as const;
export type Operator = (typeof OPERATORS)[number];

export const MAX_DEPTH = 5;
export const MAX_CONDITIONS = 50;

export const isGroup = (part: PartDraft): part is GroupDraft => "parts" in part;

let keys = 0;

export const newCondition = (): ConditionDraft => ({
  key: keys++,
  about: "attribute",
  attribute: "",
  op: "eq",
  value: "",
  tag: "",
  department: "",
  includeChildren: true,
});

export const newGroup = (mode: GroupDraft["mode"], parts: PartDraft[] = [newCondition()]): GroupDraft => ({
  key: keys++,
  mode,
  parts,
});

type Scalar = string | number | boolean;

/**
 * What may be meant by a typed value: attributes that came from a system are numbers or yes/no as often as texts, and
 * nobody who types 3 knows which.
 */
function meanings(text: string): Scalar[] {
  const value = text.trim();
  const others: Scalar[] = [];
  if (value !== "" && Number.isFinite(Number(value)) && String(Number(value)) === value)
    others.push(Number(value));
  if (value === "true" || value === "false") others.push(value === "true");
  return [...others, value];
}

const valuesIn = (text: string) => text.split(/[,，、]/).filter((value) => value.trim());

const COMPARISONS: readonly string[] = ["gt", "gte", "lt", "lte"];

export function toRule(part: PartDraft): SegmentRule {
  if (isGroup(part)) {
    const rules = part.parts.map(toRule);
    if (part.mode === "none") return { not: rules.length === 1 && rules[0] ? rules[0] : { any: rules } };
    return part.mode === "all" ? { all: rules } : { any: rules };
  }
  if (part.about === "tag") return { hasTag: part.tag };
  if (part.about === "department") {
    return { inDepartment: part.department, includeChildren: part.includeChildren };
  }
  return attributeRule(part);
}

function attributeRule({ attribute: typed, op, value }: ConditionDraft): SegmentRule {
  const attribute = typed.trim();
  if (op === "exists") return { attribute, op };
  if (COMPARISONS.includes(op)) return { attribute, op: op as "gt", value: Number(value) };
  const values = op === "in" ? valuesIn(value).flatMap(meanings) : meanings(value);
  const [only] = values;
  const isOne = values.length === 1 && only !== undefined;
  if (op === "ne")
    return isOne ? { attribute, op, value: only } : { not: { attribute, op: "in", value: values } };
  return isOne ? { attribute, op: "eq", value: only } : { attribute, op: "in", value: values };
}

/** The rule as the outermost group that the editor begins with. */
export function toGroupDraft(rule: SegmentRule): GroupDraft {
  const part = toDraft(rule);
  return isGroup(part) ? part : newGroup("all", [part]);
}

function toDraft(rule: SegmentRule): PartDraft {
  if ("all" in rule) return newGroup("all", rule.all.map(toDraft));
  if ("any" in rule) return newGroup("any", rule.any.map(toDraft));
  if ("not" in rule) return toNegatedDraft(rule.not);
  if ("hasTag" in rule) return { ...newCondition(), about: "tag", tag: rule.hasTag };
  if ("inDepartment" in rule) {
    const { inDepartment, includeChildren = true } = rule;
    return { ...newCondition(), about: "department", department: inDepartment, includeChildren };
  }
  return toAttributeDraft(rule);
}

function toNegatedDraft(rule: SegmentRule): PartDraft {
  const part = toDraft(rule);
  if (isGroup(part)) return part.mode === "any" ? { ...part, mode: "none" } : newGroup("none", [part]);
  const isEqual = part.about === "attribute" && part.op === "eq";
  return isEqual ? { ...part, op: "ne" } : newGroup("none", [part]);
}

function toAttributeDraft(rule: Extract<SegmentRule, { attribute: string }>): ConditionDraft {
  const { attribute, op } = rule;
  if (!("value" in rule)) return { ...newCondition(), attribute, op };
  const values = [rule.value].flat().map(String);
  const distinct = [...new Set(values)];
  const shown = op === "in" && distinct.length === 1 ? "eq" : op;
  return { ...newCondition(), attribute, op: shown, value: distinct.join(", ") };
}

/** What is missing from a rule or wrong with it, by field: `rule/<key>/value`. */
export function checkRule(group: GroupDraft): FieldErrors {
  const errors: FieldErrors = {};
  for (const part of group.parts)
    Object.assign(errors, isGroup(part) ? checkRule(part) : checkCondition(part));
  return errors;
}

function checkCondition(condition: ConditionDraft): FieldErrors {
  const at = (name: string) => `rule/${condition.key}/${name}`;
  if (condition.about === "tag") return { [at("tag")]: required(condition.tag) };
  if (condition.about === "department") return { [at("department")]: required(condition.department) };
  const needsNumber = COMPARISONS.includes(condition.op);
  return {
    [at("attribute")]: required(condition.attribute) ?? attributeFault(condition.attribute.trim()),
    [at("value")]:
      condition.op === "exists"
        ? undefined
        : (required(condition.value) ?? (needsNumber ? numberFault(condition.value) : undefined)),
  };
}

const attributeFault = (name: string) =>
  /^[a-z][A-Za-z0-9_]{0,63}$/.test(name) ? undefined : m.field_format();

const numberFault = (value: string) =>
  Number.isFinite(Number(value)) ? undefined : m.compose_error_number();

export const depthOf = (part: PartDraft): number =>
  isGroup(part) ? 1 + Math.max(0, ...part.parts.map(depthOf)) : 1;

export const countConditions = (part: PartDraft): number =>
  isGroup(part) ? part.parts.reduce((sum, one) => sum + countConditions(one), 0) : 1;
