import type { SettingProperty, SettingsSchema } from "@tidings/sdk/plugin";
import type { Ajv2020, ErrorObject } from "ajv/dist/2020.js";
import type { FieldProblem } from "../../errors.ts";

const MAX_NAME_LENGTH = 100;

/** The names of the fields that are stored encrypted and never shown again. */
export function secretFieldsOf(schema: SettingsSchema): string[] {
  return Object.keys(schema.properties).filter((name) => schema.properties[name]?.["x-secret"]);
}

/** Compiles the check of a settings form; throws if the schema is not a valid one. */
export function createSettingsValidator(ajv: Ajv2020, schema: SettingsSchema) {
  // What a plugin does not know it cannot mean, so unknown fields are refused whether the schema says so or not.
  const validate = ajv.compile({ ...schema, additionalProperties: false });
  const secretFields = new Set(secretFieldsOf(schema));
  return (values: Record<string, unknown>): FieldProblem[] => {
    const pointerOf = (name: string) =>
      `/${secretFields.has(name) ? "secrets" : "settings"}/${escapePointer(name)}`;
    const errors = validate(values) ? [] : (validate.errors ?? []);
    const faults = errors.map((error) => {
      const name = fieldOf(error);
      return { pointer: pointerOf(name), ...describe(error, schema.properties[name]) };
    });
    return [
      ...faults,
      ...neededFields(schema, values).map((name) => ({ pointer: pointerOf(name), ...REQUIRED })),
    ];
  };
}

const REQUIRED = { code: "required", detail: "This field is required." };

/** The fields that are missing because of what another one says. */
function neededFields({ properties }: SettingsSchema, values: Record<string, unknown>): string[] {
  return Object.keys(properties).filter((name) => {
    const when = properties[name]?.["x-when"];
    if (!when?.required || (values[name] !== undefined && values[name] !== "")) return false;
    return when.values.includes(String(values[when.field] ?? properties[when.field]?.default ?? ""));
  });
}

function fieldOf({ keyword, params, instancePath }: ErrorObject): string {
  if (keyword === "required") return String(params.missingProperty);
  if (keyword === "additionalProperties") return String(params.additionalProperty).slice(0, MAX_NAME_LENGTH);
  return instancePath.slice(1);
}

// JSON Pointer's own two special characters.
const escapePointer = (name: string) => name.replaceAll("~", "~0").replaceAll("/", "~1");

function describe(
  { keyword, params }: ErrorObject,
  property: SettingProperty | undefined,
): Pick<FieldProblem, "code" | "detail"> {
  switch (keyword) {
    case "required":
      return REQUIRED;
    case "additionalProperties":
      return { code: "unknown_field", detail: "The plugin has no such field." };
    case "type":
      return { code: "wrong_type", detail: `Must be ${nameOfType(String(params.type))}.` };
    case "enum":
      return { code: "not_allowed", detail: `Must be one of: ${params.allowedValues.join(", ")}.` };
    case "minLength":
      return { code: "too_short", detail: `Must have at least ${characters(params.limit)}.` };
    case "maxLength":
      return { code: "too_long", detail: `Must have at most ${characters(params.limit)}.` };
    case "minimum":
      return { code: "too_small", detail: `Must be at least ${params.limit}.` };
    case "maximum":
      return { code: "too_large", detail: `Must be at most ${params.limit}.` };
    case "format":
      return { code: "wrong_format", detail: `Must be ${nameOfFormat(params.format)}.` };
    default:
      return { code: "wrong_format", detail: describePattern(property) };
  }
}

function describePattern(property: SettingProperty | undefined): string {
  const hint = property?.description;
  return hint ? `Does not have the expected form. ${hint}` : "Does not have the expected form.";
}

const characters = (count: number) => (count === 1 ? "1 character" : `${count} characters`);

const TYPE_NAMES = new Map([
  ["string", "text"],
  ["integer", "a whole number"],
  ["boolean", "true or false"],
]);
const nameOfType = (type: string) => TYPE_NAMES.get(type) ?? type;

const FORMAT_NAMES = new Map([
  ["uri", "a URL"],
  ["email", "an e-mail address"],
  ["hostname", "a host name"],
  ["json", "JSON"],
  ["json-pointer", "a JSON Pointer, such as /data/id"],
]);
const nameOfFormat = (format: string) => FORMAT_NAMES.get(format) ?? `a valid ${format}`;
