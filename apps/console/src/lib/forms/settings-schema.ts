import { m } from "#messages";
import { getLocale } from "#runtime";
import { type LocalizedText, localized } from "../format/localized.ts";
import type { FieldErrors } from "./form-state.svelte.ts";

/** One setting of a plugin, as its manifest declares it. */
export interface SettingProperty {
  type: "string" | "integer" | "boolean";
  title?: string;
  "x-title-zh"?: string;
  description?: string;
  "x-description-zh"?: string;
  "x-secret"?: boolean;
  /** Begins a part of the form. */
  "x-group"?: LocalizedText & { folded?: boolean };
  /** What the values of `enum` are called. */
  "x-choices"?: Record<string, LocalizedText>;
  /** Shown only while another field has one of the values. */
  "x-when"?: { field: string; values: string[]; required?: boolean };
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

export function settingChoices(property: SettingProperty): { value: string; label: string }[] {
  return (property.enum ?? []).map((choice) => {
    const value = String(choice);
    const name = property["x-choices"]?.[value];
    return { value, label: name ? localized(name) : value };
  });
}

/** A part of the form: fields under a heading, or the first ones without any. */
export interface FormPart {
  heading: string | undefined;
  isFolded: boolean;
  fields: [name: string, property: SettingProperty][];
}

export function settingParts(schema: SettingsSchema): FormPart[] {
  const parts: FormPart[] = [];
  for (const field of Object.entries(schema.properties)) {
    const group = field[1]["x-group"];
    const last = parts.at(-1);
    if (last && !group) last.fields.push(field);
    else {
      const heading = group && localized(group);
      parts.push({ heading, isFolded: group?.folded === true, fields: [field] });
    }
  }
  return parts;
}

/** Whether the form shows a field, and sends it. */
export function isShown({ "x-when": when }: SettingProperty, values: SettingValues): boolean {
  return when === undefined || when.values.includes(String(values[when.field] ?? ""));
}

const shownFields = (schema: SettingsSchema, values: SettingValues) =>
  Object.entries(schema.properties).filter(([, property]) => isShown(property, values));

/** Whether a field that is shown has to be filled in. */
export function isRequired(schema: SettingsSchema, name: string): boolean {
  const isAlways = schema.required?.includes(name) ?? false;
  return isAlways || schema.properties[name]?.["x-when"]?.required === true;
}

/** Whether a field has another value than a new form gives it. */
export function isSet(name: string, property: SettingProperty, values: SettingValues): boolean {
  const value = values[name];
  return value !== undefined && value !== "" && value !== (property.default ?? emptyValue(property));
}

/** What a form starts with: stored settings over the defaults. Secrets start untouched. */
export function initialSettings(schema: SettingsSchema, stored: SettingValues = {}): SettingValues {
  const entries = Object.entries(schema.properties)
    .filter(([, property]) => !property["x-secret"])
    .map(([name, property]) => [name, stored[name] ?? property.default ?? emptyValue(property)]);
  return Object.fromEntries(entries);
}

/** What is sent: the API takes secrets apart from settings, and null takes a stored secret away. */
export interface SentSettings {
  settings: Record<string, string | number | boolean>;
  secrets: Record<string, string | null>;
}

/** Path of a field's value in what is sent, by which errors of the API find their field. */
export function settingPath(name: string, property: SettingProperty): string {
  return `${property["x-secret"] ? "secrets" : "settings"}/${name}`;
}

/** Optional texts left empty are absent, as are secrets that stay as they are and fields that are not shown. */
export function sentSettings(
  schema: SettingsSchema,
  values: SettingValues,
  storedSecrets: ReadonlySet<string> = new Set(),
): SentSettings {
  const sent: SentSettings = { settings: {}, secrets: {} };
  for (const [name, property] of shownFields(schema, values)) {
    const value = values[name];
    if (value === undefined) continue;
    if (!property["x-secret"]) {
      if (value !== "") sent.settings[name] = value;
    } else if (value !== "") sent.secrets[name] = String(value);
    else if (storedSecrets.has(name)) sent.secrets[name] = null;
  }
  return sent;
}

/** Faults by field name. `storedSecrets` are set already and may stay untouched here. */
export function settingErrors(
  schema: SettingsSchema,
  values: SettingValues,
  storedSecrets: ReadonlySet<string> = new Set(),
): FieldErrors {
  const errors: FieldErrors = {};
  for (const [name, property] of shownFields(schema, values)) {
    const value = values[name];
    const missing = value === undefined || value === "";
    const kept = value === undefined && storedSecrets.has(name);
    if (!missing) errors[settingPath(name, property)] = faultOf(property, value);
    else if (isRequired(schema, name) && !kept) errors[settingPath(name, property)] = m.field_required();
  }
  return errors;
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

function textFault(
  { minLength, maxLength, pattern, format }: SettingProperty,
  value: string,
): string | undefined {
  const length = [...value].length;
  if (maxLength !== undefined && length > maxLength) return m.field_too_long_by({ limit: maxLength });
  if (minLength !== undefined && length < minLength) return m.field_too_short();
  if (format === "json" && !isJsonText(value)) return m.field_json();
  if (format === "json-pointer" && !/^(\/.*)?$/su.test(value)) return m.field_json_pointer();
  if (pattern && !new RegExp(pattern, "u").test(value)) return m.field_format();
  return undefined;
}

function isJsonText(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function emptyValue({ type }: SettingProperty): SettingValue {
  if (type === "boolean") return false;
  return type === "string" ? "" : undefined;
}
