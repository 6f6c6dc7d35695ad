import type { Grants } from "@tidings/sdk/package";
import type { FieldProblem } from "../../platform/errors.ts";

export const GRANT_KINDS = [
  "hosts",
  "settingsHosts",
  "secrets",
  "abilities",
] as const satisfies (keyof Grants)[];

/** Grants as they were written down. */
export function readGrants(stored: Record<string, unknown>): Grants {
  const listOf = (value: unknown) => (Array.isArray(value) ? value.map(String) : []);
  return {
    hosts: listOf(stored.hosts),
    settingsHosts: listOf(stored.settingsHosts),
    secrets: listOf(stored.secrets),
    abilities: listOf(stored.abilities),
  };
}

/** Where what somebody agreed to is not what a version may do; the order of the entries does not matter. */
export function findDifferences(agreed: Grants, actual: Grants): FieldProblem[] {
  return GRANT_KINDS.filter((kind) => !isSameSet(agreed[kind], actual[kind])).map((kind) => ({
    pointer: `/grants/${kind}`,
    detail: `This version asks for: ${actual[kind].join(", ") || "none"}.`,
    code: "changed",
  }));
}

function isSameSet(one: readonly string[], other: readonly string[]): boolean {
  const [a, b] = [new Set(one), new Set(other)];
  return a.size === b.size && [...a].every((value) => b.has(value));
}
