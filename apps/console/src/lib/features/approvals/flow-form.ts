import { m } from "#messages";
import type { ApprovalFlow, SaveApprovalFlow } from "../../api/client.ts";
import type { FieldErrors } from "../../forms/form-state.svelte.ts";
import { type MoneyValues, moneyErrors, moneyValues, sentMoney } from "../../forms/money.ts";
import { atMost, first, required } from "../../forms/rules.ts";

export const MAX_LEVELS = 2;
/** As the API takes it. */
const MAX_MINIMUM = 100_000_000;

export interface FlowValues {
  name: string;
  isOn: boolean;
  conditions: { sourceIds: string[]; composed: boolean; minimumCost: MoneyValues };
  levels: LevelValues[];
}

export interface LevelValues {
  name: string;
  roleIds: string[];
  mode: string;
}

export const newLevel = (): LevelValues => ({ name: "", roleIds: [], mode: "any" });

export function flowValues(flow: ApprovalFlow): FlowValues {
  return {
    name: flow.updatedAt === null ? m.approvals_flow_default_name() : flow.name,
    isOn: flow.state === "on",
    conditions: { ...flow.conditions, minimumCost: moneyValues(flow.conditions.minimumCost ?? null) },
    levels: flow.levels.length > 0 ? flow.levels : [newLevel()],
  };
}

export function flowErrors({ name, conditions, isOn, levels }: FlowValues): FieldErrors {
  const errors: FieldErrors = {
    name: first(required(name), atMost(name, 80)),
    ...moneyErrors("conditions/minimumCost", conditions.minimumCost, MAX_MINIMUM),
  };
  const affectsNothing = conditions.sourceIds.length === 0 && !conditions.composed;
  if (isOn && affectsNothing) errors["conditions/sourceIds"] = m.approvals_flow_no_condition();
  for (const [index, level] of levels.entries()) {
    errors[`levels/${index}/name`] = first(required(level.name), atMost(level.name, 50));
    errors[`levels/${index}/roleIds`] = required(level.roleIds);
  }
  return errors;
}

export function sentFlow({ name, isOn, conditions, levels }: FlowValues): SaveApprovalFlow {
  return {
    name: name.trim(),
    state: isOn ? "on" : "off",
    conditions: { ...conditions, minimumCost: sentMoney(conditions.minimumCost) },
    levels: levels.map((level) => ({
      name: level.name.trim(),
      roleIds: level.roleIds,
      mode: level.mode === "all" ? "all" : "any",
    })),
  };
}
