import type { Json, OutboundMessage, PlanInput } from "@tidings/sdk/plugin";

/** What a placeholder may stand for, by its name. */
export type Values = Record<string, Json> & { variables: Record<string, Json> };

/** A message that the templates cannot be filled with. */
export class Unfillable extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

export function valuesOf(message: OutboundMessage, { batchRef, now }: PlanInput): Values {
  const { ref, address, content, variables } = message;
  const { title = "", text = "", data = "" } = content;
  const time = new Date(now).toISOString();
  return { address, title, text, data, ref, batchRef, time, timestamp: Math.floor(now / 1000), variables };
}

const PLACEHOLDER = /\{\{ ?([^\s{}]+) ?\}\}/g;
const ALONE = /^\{\{ ?([^\s{}]+) ?\}\}$/;

/** Fills the placeholders of a text; each value is made fit for its place by `fit`. */
export function fillText(template: string, values: Values, fit = (value: string) => value): string {
  return template.replace(PLACEHOLDER, (_, name: string) => fit(asText(lookUp(name, values))));
}

/**
 * Fills the texts within a JSON value. A text that is one placeholder and nothing else becomes its value, such as a number
 * or the object of all variables; no value can become a part of the JSON around it.
 */
export function fillJson(template: Json, values: Values): Json {
  if (typeof template === "string") {
    const alone = ALONE.exec(template);
    return alone?.[1] === undefined ? fillText(template, values) : lookUp(alone[1], values);
  }
  if (Array.isArray(template)) return template.map((one) => fillJson(one, values));
  if (typeof template !== "object" || template === null) return template;
  return Object.fromEntries(
    Object.entries(template).map(([key, one]) => [fillText(key, values), fillJson(one, values)]),
  );
}

export const asText = (value: Json): string => (typeof value === "string" ? value : JSON.stringify(value));

const VARIABLE = "variables.";

function lookUp(name: string, values: Values): Json {
  const [source, key] = name.startsWith(VARIABLE)
    ? [values.variables, name.slice(VARIABLE.length)]
    : [values, name];
  const value = Object.hasOwn(source, key) ? source[key] : undefined;
  if (value === undefined) throw new Unfillable("missing_variable", `There is no value for ${name}.`);
  return value;
}
