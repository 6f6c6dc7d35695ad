import type { Json } from "@tidings/sdk/plugin";

/** Why a message's parameters cannot be written. */
export interface ParameterFault {
  code: "invalid_parameter_list" | "missing_parameter" | "invalid_variable";
  detail: string;
}

const SEPARATORS = /[\s,，、]+/;
const VARIABLE_NAME = /^[A-Za-z][A-Za-z0-9_]{0,63}$/;

/**
 * The values for the vendor's {1}, {2} …: its templates count their parameters and ours name them, so the content field
 * `parameters` lists the names in the vendor's order. Names and not values, because a value may hold any separator.
 */
export function writeParameters(list: string, variables: Record<string, Json>): string[] | ParameterFault {
  const values: string[] = [];
  for (const name of list.split(SEPARATORS).filter((part) => part !== "")) {
    if (!VARIABLE_NAME.test(name)) {
      return {
        code: "invalid_parameter_list",
        detail: "The list holds something that is no variable's name.",
      };
    }
    if (!Object.hasOwn(variables, name)) {
      return { code: "missing_parameter", detail: `The text does not use the variable ${name}.` };
    }
    const value = variables[name] ?? "";
    if (typeof value === "object") {
      return {
        code: "invalid_variable",
        detail: "The vendor takes texts, numbers and yes or no as variables.",
      };
    }
    values.push(String(value));
  }
  return values;
}
