import type { PluginBlock, Registry } from "#lib/api/client.ts";
import { m } from "#messages";

const registryKinds: Record<Registry["kind"], () => string> = {
  own: m.desk_registry_own,
  seed: m.desk_registry_seed,
  remote: m.desk_registry_remote,
};

const registryKindText = (kind: Registry["kind"]): string => registryKinds[kind]();

/** The installation's own two are known by what they are; the name of another is its own. */
export const registryText = ({ kind, name }: Pick<Registry, "kind" | "name">): string =>
  kind === "remote" ? name : registryKindText(kind);

const causes: Record<PluginBlock["cause"], () => string> = {
  operator: m.desk_block_cause_operator,
  label: m.desk_block_cause_label,
  strikes: m.desk_block_cause_strikes,
};

export const blockCauseText = (cause: PluginBlock["cause"]): string => causes[cause]();

const abilities: Record<string, () => string> = {
  send: m.desk_ability_send,
  "receipts:push": m.desk_ability_receipts_push,
  "receipts:pull": m.desk_ability_receipts_pull,
  query: m.desk_ability_query,
  recall: m.desk_ability_recall,
};

/** A later protocol may know abilities that the console has no word for. */
export const abilityText = (ability: string): string => abilities[ability]?.() ?? ability;

const rules: Record<string, () => string> = {
  syntax: m.desk_scan_rule_syntax,
  import: m.desk_scan_rule_import,
  eval: m.desk_scan_rule_eval,
  global: m.desk_scan_rule_global,
  encoded: m.desk_scan_rule_encoded,
  host: m.desk_scan_rule_host,
  minified: m.desk_scan_rule_minified,
  invisible: m.desk_scan_rule_invisible,
};

export const scanRuleText = (rule: string): string => rules[rule]?.() ?? rule;
