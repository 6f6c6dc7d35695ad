import type { TokenRequest } from "@tidings/sdk/plugin";
import type { SchemeValues } from "../authenticator.ts";
import { fill } from "../declared/template.ts";

/** A token request with its values filled in. Header names are lower-case. */
export interface FilledRequest {
  url: string;
  headers: Record<string, string>;
  body?: string;
}

/** Fills in a channel's values and the signed assertion; throws BlockedError if one of the values is not set. */
export function fillRequest(
  { url, query, form, json }: TokenRequest,
  values: SchemeValues,
  assertion?: string,
): FilledRequest {
  const words: Record<string, string> = assertion === undefined ? {} : { assertion };
  const fillAll = <T extends string | number | boolean>(fields: Record<string, T>) =>
    Object.fromEntries(
      Object.entries(fields).map(([name, value]): [string, T | string] => [
        name,
        typeof value === "string" ? fill(value, values, words) : value,
      ]),
    );
  const params = new URLSearchParams(fillAll(query ?? {}));
  // Settings that hold an address may end in a slash.
  const address = fill(url, values).replace(/([^:/])\/{2,}/g, "$1/");
  const filled = params.size > 0 ? `${address}?${params}` : address;
  if (form) return { url: filled, ...bodyOf(FORM, `${new URLSearchParams(fillAll(form))}`) };
  if (json) return { url: filled, ...bodyOf(JSON_TYPE, JSON.stringify(fillAll(json))) };
  return { url: filled, headers: {} };
}

const FORM = "application/x-www-form-urlencoded";
const JSON_TYPE = "application/json; charset=utf-8";

const bodyOf = (type: string, body: string) => ({ headers: { "content-type": type }, body });
