import { m } from "#messages";
import { getLocale } from "#runtime";
import type { FieldErrors } from "./form-state.svelte.ts";

/** One setting of a plugin, as its manifest declares it. */
export interface SettingProperty {
  type: "string" | "integer" | "boolean";
  title?: string;
  "x-title-zh"?: string;
  description?: string;
  "x-description-zh"?: string;
  "x-secret"?: boolean;
  enum?: unknown[];
  default?: unknown;
  format?: string;
  pattern?: string;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
}

/** The JSON Schema of a plugin's settings: always a flat object. */
export interface SettingsSchema {
  type: "object";
  required?: string[];
  properties: Record<string, SettingProperty>;
}

export type SettingValue = string | number | boolean | undefined;
export type SettingValues = Record<string, SettingValue>;

const inChinese = () => getLocale() === "zh-CN";

export function settingLabel(name: string, property: SettingProperty): string {
  return (inChinese() ? property["x-title-zh"] : undefined) ?? property.title ?? name;
}

export function settingHelp(property: SettingProperty): string | undefined {
  return (inChinese() ? property["x-description-zh"] : undefined) ?? property.description;
}

/** What a form starts with: stored settings over the defaults. Secrets start untouched. */
export function initialSettings(schema: SettingsSchema, stored: SettingValues = {}): SettingValues {
  const entries = Object.entries(schema.properties)
    .filter(([, property]) => !property["x-secret"])
    .map(([name, property]) => [name, stored[name] ?? property.default ?? emptyValue(property)]);
  return Object.fromEntries(entries);
}

/** What is sent: optional texts left empty are absent, as are secrets that stay as they are. */
export function sentSettings(schema: SettingsSchema, values: SettingValues): SettingValues {
  const required = new Set(schema.required);
  const sent = Object.entries(values).filter(
    ([name, value]) => value !== undefined && (value !== "" || required.has(name)),
  );
  return Object.fromEntries(sent);
}

/** Faults by field name under `path`. `storedSecrets` are set already and may stay empty here. */
export function settingErrors(
  schema: SettingsSchema,
  values: SettingValues,
  path: string,
  storedSecrets: ReadonlySet<string>,
): FieldErrors {
  const errors: FieldErrors = {};
  for (const [name, property] of Object.entries(schema.properties)) {
    const value = values[name];
    const missing = value === undefined || value === "";
    if (!missing) errors[`${path}/${name}`] = faultOf(property, value);
    else if (schema.required?.includes(name) && !keepsSecret(name, value, storedSecrets))
      errors[`${path}/${name}`] = m.field_required();
  }
  return errors;
}

function keepsSecret(name: string, value: SettingValue, storedSecrets: ReadonlySet<string>): boolean {
  return value === undefined && storedSecrets.has(name);
}

function faultOf(property: SettingProperty, value: SettingValue): string | undefined {
  if (typeof value === "number") return numberFault(property, value);
  if (typeof value === "string") return textFault(property, value);
  return undefined;
}

function numberFault({ minimum, maximum }: SettingProperty, value: number): string | undefined {
  if (!Number.isInteger(value)) return m.field_integer();
  if (minimum !== undefined && value < minimum) return m.field_minimum({ minimum });
  if (maximum !== undefined && value > maximum) return m.field_maximum({ maximum });
  return undefined;
}

function textFault({ minLength, maxLength, pattern }: SettingProperty, value: string): string | undefined {
  const length = [...value].length;
  if (maxLength !== undefined && length > maxLength) return m.field_too_long_by({ limit: maxLength });
  if (minLength !== undefined && length < minLength) return m.field_too_short();
  if (pattern && !new RegExp(pattern, "u").test(value)) return m.field_format();
  return undefined;
}

function emptyValue({ type }: SettingProperty): SettingValue {
  if (type === "boolean") return false;
  return type === "string" ? "" : undefined;
}
