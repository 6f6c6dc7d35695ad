import type { Audience, RecurringSchedule, SendMessage, TemplateVersion } from "../../api/client.ts";
import { timeZone } from "../../format/time-zone.svelte.ts";
import { instantOf } from "../../format/zoned-time.ts";
import { toRate } from "../../words/rate.ts";
import { toRepeat } from "../../words/repeat.ts";
import { variablesOf, writtenKinds } from "./compose.rules.ts";
import type { Draft, DraftAudience } from "./draft.ts";
import { sentExclusions } from "./exclusions.ts";

/** What is sent of a draft: only what its choices use. */
export function sentMessage(draft: Draft, version: TemplateVersion | undefined): SendMessage {
  return {
    audience: sentAudience(draft.audience),
    ...(draft.way === "policy" ? { policy: draft.policy } : { channels: draft.channels }),
    ...(draft.contentFrom === "template"
      ? { template: draft.template }
      : { content: sentContent(draft), ...sentTracking(draft), category: draft.category }),
    variables: sentVariables(draft, version),
    priority: Number(draft.priority),
    ...sentTime(draft),
    ...sentRate(draft),
    ...sentExclusions(draft),
    ...(draft.quietHours ? { quietHours: draft.quietHours as SendMessage["quietHours"] } : {}),
  };
}

function sentTracking({ tracking }: Draft): Pick<SendMessage, "tracking"> {
  return tracking.links || tracking.opens ? { tracking } : {};
}

function sentRate(draft: Draft): Pick<SendMessage, "rate"> {
  const rate = toRate(draft.rate);
  return rate ? { rate } : {};
}

function sentTime({ when, at, ttlSeconds }: Draft): Pick<SendMessage, "schedule" | "ttlSeconds"> {
  const instant = when === "at" ? instantOf(at, timeZone()) : undefined;
  return {
    ...(instant ? { schedule: { at: instant.toISOString(), timeZone: timeZone() } } : {}),
    ...(ttlSeconds ? { ttlSeconds: Number(ttlSeconds) } : {}),
  };
}

/** When a draft that repeats is sent; undefined for one that does not, or where something is missing. */
export function recurringSchedule({ when, at, repeat }: Draft): RecurringSchedule | undefined {
  const instant = when === "at" ? instantOf(at, timeZone()) : undefined;
  const days = toRepeat(repeat);
  if (!instant || !days) return undefined;
  return { at: instant.toISOString(), timeZone: timeZone(), repeat: days };
}

export function sentAudience(audience: DraftAudience): Audience {
  const { kind, any, all, not, userIds, addresses } = audience;
  switch (kind) {
    case "departments":
      return { kind, departmentIds: audience.departmentIds, includeChildren: audience.includeChildren };
    case "segment":
      return { kind, segmentId: audience.segmentId };
    case "file":
      return { kind, fileId: audience.file?.id ?? "" };
    case "all":
      return { kind };
    case "tags":
      return { kind, any, all, not };
    case "users":
      return { kind, userIds };
    case "addresses":
      return { kind, addresses: addresses.map((address) => ({ address })) };
  }
}

/** A field left empty is absent: an optional one may not be sent as an empty text. */
function sentContent(draft: Draft): Record<string, Record<string, string>> {
  return Object.fromEntries(
    writtenKinds(draft, undefined).map((kind) => [
      kind,
      Object.fromEntries(Object.entries(draft.content[kind] ?? {}).filter(([, text]) => text.trim())),
    ]),
  );
}

export function sentVariables(draft: Draft, version: TemplateVersion | undefined): Record<string, string> {
  const given = variablesOf(draft, version).given.map(({ name }) => [name, draft.variables[name] ?? ""]);
  return Object.fromEntries(given.filter(([, value]) => value?.trim()));
}
