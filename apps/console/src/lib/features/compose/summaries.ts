import { m } from "#messages";
import type { AskedAudience } from "../../api/client.ts";
import { formatDate } from "../../format/dates.ts";
import { formatNumber } from "../../format/numbers.ts";
import { timeZone } from "../../format/time-zone.svelte.ts";
import { instantOf } from "../../format/zoned-time.ts";
import { audienceText } from "../../words/audience-text.ts";
import { departmentName } from "../../words/department-name.ts";
import { priorityText } from "../../words/priority-text.ts";
import { repeatText, toRepeat } from "../../words/repeat.ts";
import type { Recipients } from "./audience-counts.svelte.ts";
import type { Obstacle } from "./compose.rules.ts";
import type { Compose } from "./compose.svelte.ts";
import type { ComposeOptions } from "./compose-options.ts";
import type { DraftAudience } from "./draft.ts";

const NAMED = 3;

/** 共 8 人 · 至少 16 人 */
export function recipientsText(recipients: Recipients | undefined): string {
  if (!recipients) return m.compose_recipients_none();
  const count = formatNumber(recipients.recipients);
  return recipients.isExact ? m.compose_recipients({ count }) : m.compose_recipients_at_least({ count });
}

/** Whom the draft goes to, in words. */
export function whoText({ draft: { audience }, options }: Compose): string {
  if (!isChosen(audience)) return "";
  if (audience.kind === "addresses") {
    const list = audience.addresses.slice(0, NAMED).join(m.messages_list_separator());
    const kind = options.plugins.addressName(audience.addressKind);
    return audience.addresses.length > NAMED
      ? m.compose_addresses_more({ kind, list })
      : m.compose_addresses_are({ kind, list });
  }
  return audienceText(askedAudience(audience, options));
}

/** The audience as the API would tell it. */
function askedAudience(audience: DraftAudience, { departments, segments }: ComposeOptions): AskedAudience {
  switch (audience.kind) {
    case "departments": {
      const chosen = departments.filter(({ id }) => audience.departmentIds.includes(id));
      const named = chosen.map((department) => ({ id: department.id, name: departmentName(department) }));
      return { kind: "departments", departments: named, includeChildren: audience.includeChildren };
    }
    case "segment": {
      const segment = segments.find(({ id }) => id === audience.segmentId);
      const { name = "", rule = { any: [] } } = segment ?? {};
      return { kind: "segment", segmentId: audience.segmentId, name, rule };
    }
    case "file": {
      const { id = "", name = "", recipients = "users", rowCount = 0 } = audience.file ?? {};
      return { kind: "file", fileId: id, name, recipients, rowCount };
    }
    case "addresses":
      return { kind: "addresses", addressCount: audience.addresses.length };
    default:
      return { ...audience, kind: audience.kind };
  }
}

/** Whether it has been said who the draft goes to. */
function isChosen({ kind, departmentIds, segmentId, file }: DraftAudience): boolean {
  if (kind === "departments") return departmentIds.length > 0;
  if (kind === "segment") return segmentId !== "";
  return kind !== "file" || file !== null;
}

export function whoSummary(compose: Compose): string {
  const { recipients } = compose;
  return [whoText(compose), recipients && recipientsText(recipients)].filter(Boolean).join(" · ");
}

export function whatSummary({ draft, options, kinds }: Compose): string {
  const names = kinds.map((kind) => options.plugins.kindName(kind)).join(m.messages_list_separator());
  if (draft.contentFrom === "own") return [m.messages_own_content(), names].filter(Boolean).join(" · ");
  return options.templates.find(({ id }) => id === draft.template)?.name ?? "";
}

export function wayText({ draft, options }: Compose): string {
  if (draft.way === "policy") return options.policies.find(({ id }) => id === draft.policy)?.name ?? "";
  const chosen = options.channels.filter(({ id }) => draft.channels.includes(id));
  return chosen.map(({ name }) => name).join(m.messages_list_separator());
}

/** When it is sent, in the tenant's time zone. */
export function timeText({ draft }: Compose): string {
  const at = draft.when === "at" ? instantOf(draft.at, timeZone()) : undefined;
  if (!at) return m.compose_time_now();
  const repeat = toRepeat(draft.repeat);
  const time = m.compose_time_is({ time: formatDate(at), zone: timeZone() });
  return repeat ? [time, repeatText(repeat)].join(" · ") : time;
}

export function howSummary(compose: Compose): string {
  const priority = m.compose_priority_is({ priority: priorityText(Number(compose.draft.priority)) });
  return [wayText(compose), timeText(compose), priority].filter(Boolean).join(" · ");
}

/** `lacking`: what the channel needs and the template does not write. */
export function obstacleText(obstacle: Obstacle, kind: string, lacking: string[]): string {
  if (obstacle === "incomplete") {
    return m.compose_channel_incomplete({ kind, fields: lacking.join(m.messages_list_separator()) });
  }
  if (obstacle === "other_address") return m.compose_channel_other_address({ kind });
  return m.compose_channel_no_content({ kind });
}

const policyTexts: Record<Exclude<Obstacle, "incomplete">, () => string> = {
  needs_users: m.compose_policy_needs_users,
  no_content: m.compose_policy_no_content,
  channel_off: m.compose_policy_channel_off,
  other_address: m.compose_policy_needs_users,
};

export const policyObstacleText = (obstacle: keyof typeof policyTexts): string => policyTexts[obstacle]();
