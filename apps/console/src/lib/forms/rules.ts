import { m } from "#messages";

// Faults that need no server to be found. Each answers the message, or undefined for a fine value.

/** Something has to be there. */
export function required(value: string | unknown[] | number | undefined): string | undefined {
  const empty = value === undefined || (typeof value === "string" ? !value.trim() : lengthOf(value) === 0);
  return empty ? m.field_required() : undefined;
}

/** No longer than the API takes, in code points. */
export function atMost(value: string, limit: number): string | undefined {
  return [...value].length > limit ? m.field_too_long_by({ limit }) : undefined;
}

/** A code of the tenant's own choosing, as the API takes it. */
export function code(value: string): string | undefined {
  return /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/.test(value) ? undefined : m.field_code();
}

/** An e-mail address as far as a form can tell. */
export function email(value: string): string | undefined {
  return /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(value) ? undefined : m.field_email();
}

/** The first fault of several. */
export function first(...faults: (string | undefined)[]): string | undefined {
  return faults.find(Boolean);
}

function lengthOf(value: unknown[] | number): number {
  return typeof value === "number" ? 1 : value.length;
}
