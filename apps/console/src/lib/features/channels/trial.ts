import type { ChannelPreview, Plugin } from "#lib/api/client.ts";
import type { FieldErrors } from "#lib/forms/form-state.svelte.ts";
import { first, required } from "#lib/forms/rules.ts";
import { m } from "#messages";
import { readText, UNSUBSCRIBE_VARIABLE } from "../templates/template-text.ts";

/** A message that is tried by one channel. */
export interface Trial {
  address: string;
  content: Record<string, string>;
  variables: Record<string, string>;
}

export const emptyTrial = ({ content }: Plugin): Trial => ({
  address: "",
  content: Object.fromEntries(Object.keys(content).map((name) => [name, ""])),
  variables: {},
});

/** Names of the variables that the texts use and somebody has to give a value for, each once. */
export const variablesOf = ({ content }: Pick<Trial, "content">): string[] => {
  const used = new Set(Object.values(content).flatMap((text) => readText(text).variables));
  used.delete(UNSUBSCRIBE_VARIABLE);
  return [...used];
};

export function trialErrors({ content: fields }: Plugin, trial: Trial): FieldErrors {
  const missing = Object.entries(fields).map(([name, field]) => [
    `content/${name}`,
    field.required ? required(trial.content[name] ?? "") : undefined,
  ]);
  const blank = variablesOf(trial).map((name) => [
    `variables/${name}`,
    required(trial.variables[name] ?? ""),
  ]);
  return { address: first(required(trial.address)), ...Object.fromEntries([...missing, ...blank]) };
}

/** What is sent of it: fields that nobody filled in are left out. */
export function sentTrial(trial: Trial): Trial {
  const written = Object.entries(trial.content).filter(([, text]) => text.trim() !== "");
  const used = variablesOf(trial).map((name) => [name, trial.variables[name] ?? ""]);
  return {
    address: trial.address.trim(),
    content: Object.fromEntries(written),
    variables: Object.fromEntries(used),
  };
}

const unavailable: Record<string, () => string> = {
  no_preview: m.channels_preview_no_preview,
  preview_too_large: m.channels_preview_too_large,
  plugin_missing: m.channels_reason_plugin_missing,
  plugin_disabled: m.channels_reason_plugin_disabled,
  sandbox_unavailable: m.channels_reason_sandbox_unavailable,
};

export const unavailableText = ({ code }: NonNullable<ChannelPreview["unavailable"]>): string =>
  (unavailable[code] ?? m.channels_preview_failed)();

type PreviewedRequest = ChannelPreview["requests"][number];

/** The address with what is added to it on the way out. */
export function fullUrl({ url, authentication }: PreviewedRequest): string {
  const added = Object.entries(authentication?.query ?? {}).map(([name, value]) => `${name}=${value}`);
  return added.length === 0 ? url : `${url}${url.includes("?") ? "&" : "?"}${added.join("&")}`;
}

/** The request as it is written on the wire, with the placeholders. */
export function requestText(request: PreviewedRequest): string {
  const headers = { ...request.headers, ...request.authentication?.headers };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return [
    `${request.method} ${fullUrl(request)}`,
    ...lines,
    ...(request.body ? ["", request.body] : []),
  ].join("\n");
}

/** A body of JSON with its lines; any other as it is. */
export function readableBody(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}
