import type { schema } from "@tidings/db";
import type { FieldProblem } from "../../platform/errors.ts";
import type { Values } from "./template-text.rules.ts";

export type TemplateVariable = schema.TemplateVariable;

/**
 * The variable that stands in any text for where its recipient says that they want no more. Nobody declares it or gives it
 * a value: each delivery has an address of its own.
 */
export const UNSUBSCRIBE_VARIABLE = "unsubscribe_url";

/** What is wrong with the variables of a version: names used twice or not free, numbers that are none. */
export function checkVariables(variables: readonly TemplateVariable[]): FieldProblem[] {
  const seen = new Set<string>();
  return variables.flatMap((variable, index) => {
    const problems: FieldProblem[] = [];
    const pointer = `/variables/${index}`;
    if (seen.has(variable.name)) {
      const detail = `The variable "${variable.name}" is declared twice.`;
      problems.push({ pointer: `${pointer}/name`, detail, code: "declared_twice" });
    }
    seen.add(variable.name);
    if (variable.name === UNSUBSCRIBE_VARIABLE) {
      const detail = `"${variable.name}" is filled in for each recipient; use it without declaring it.`;
      problems.push({ pointer: `${pointer}/name`, detail, code: "reserved" });
    }
    for (const field of ["default", "example"] as const) {
      if (!fits(variable, variable[field])) problems.push(notANumber(variable, `${pointer}/${field}`));
    }
    return problems;
  });
}

/** The names that every message has to give a value for. */
export function requiredVariables(version: { variables: readonly TemplateVariable[] }): string[] {
  return version.variables
    .filter((variable) => variable.required && variable.default === undefined)
    .map((variable) => variable.name);
}

/** The required names without a value; a blank text is none. */
export function missingVariables(variables: readonly TemplateVariable[], given: Values): string[] {
  return requiredVariables({ variables }).filter((name) => isBlank(ownValue(given, name)));
}

/** The problems of values that are not of the declared type, such as a text for a number. */
export function mistypedVariables(variables: readonly TemplateVariable[], given: Values): FieldProblem[] {
  return variables
    .filter((variable) => !fits(variable, ownValue(given, variable.name)))
    .map((variable) => notANumber(variable, `/variables/${variable.name}`));
}

const ownValue = (values: Values, name: string) => (Object.hasOwn(values, name) ? values[name] : undefined);

/** Whether a value counts as not given. */
export const isBlank = (value: string | number | undefined) =>
  value === undefined || (typeof value === "string" && value.trim() === "");

const fits = (variable: TemplateVariable, value: string | number | undefined) =>
  variable.type === "text" || isBlank(value) || Number.isFinite(Number(value));

const notANumber = (variable: TemplateVariable, pointer: string): FieldProblem => ({
  pointer,
  detail: `The variable "${variable.name}" is a number.`,
  code: "not_a_number",
});
