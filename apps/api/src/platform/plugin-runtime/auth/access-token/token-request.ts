import type { TokenRequest } from "@tidings/sdk/plugin";
import { BlockedError } from "../../outbound/blocked-error.ts";
import type { SchemeValues } from "../authenticator.ts";

const PLACEHOLDER = /\$\{(settings|secrets)\.([A-Za-z0-9]+)\}/g;

interface Placeholder {
  source: "settings" | "secrets";
  name: string;
}

/** The settings and secrets that stand in a text, or in any text of a request. */
export function placeholdersIn(part: string | Omit<TokenRequest, "method">): Placeholder[] {
  const texts = typeof part === "string" ? part : JSON.stringify(part);
  return [...texts.matchAll(PLACEHOLDER)].map(([, source, name = ""]) => ({
    source: source as Placeholder["source"],
    name,
  }));
}

/** A token request with its values filled in. Header names are lower-case. */
export interface FilledRequest {
  url: string;
  headers: Record<string, string>;
  body?: string;
}

/** Fills in a channel's values; throws BlockedError if one of them is not set. */
export function fillRequest({ url, query, form, json }: TokenRequest, values: SchemeValues): FilledRequest {
  const params = new URLSearchParams(fillAll(query ?? {}, values));
  // Settings that hold an address may end in a slash.
  const address = fill(url, values).replace(/([^:/])\/{2,}/g, "$1/");
  const filled = params.size > 0 ? `${address}?${params}` : address;
  if (form) return { url: filled, ...bodyOf(FORM, `${new URLSearchParams(fillAll(form, values))}`) };
  if (json) return { url: filled, ...bodyOf(JSON_TYPE, JSON.stringify(fillAll(json, values))) };
  return { url: filled, headers: {} };
}

const FORM = "application/x-www-form-urlencoded";
const JSON_TYPE = "application/json; charset=utf-8";

const bodyOf = (type: string, body: string) => ({ headers: { "content-type": type }, body });

function fillAll<T extends string | number | boolean>(
  fields: Record<string, T>,
  values: SchemeValues,
): Record<string, T | string> {
  const filled = Object.entries(fields).map(([name, value]) => [
    name,
    typeof value === "string" ? fill(value, values) : value,
  ]);
  return Object.fromEntries(filled);
}

function fill(text: string, values: SchemeValues): string {
  return text.replace(PLACEHOLDER, (_, source: Placeholder["source"], name: string) => {
    const value = values[source][name];
    if (value !== undefined && value !== "") return String(value);
    throw new BlockedError(`The ${source === "secrets" ? "secret" : "setting"} "${name}" is not set.`);
  });
}
