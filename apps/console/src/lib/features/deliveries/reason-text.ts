import { m } from "#messages";
import type { Delivery } from "../../api/client.ts";
import type { PluginCatalogue } from "../../plugins/plugin-catalogue.ts";
import { capText, readCap } from "../../words/cap-text.ts";
import { waitingForRoomText } from "../../words/recipient-limit-text.ts";

/** The platform's own codes; every other code is a vendor's. */
const texts: Record<string, (input: { detail: string; plugins: PluginCatalogue }) => string> = {
  no_address: m.deliveries_reason_no_address,
  user_unknown: m.deliveries_reason_user_unknown,
  user_deleted: m.deliveries_reason_user_deleted,
  channel_off: m.deliveries_reason_channel_off,
  channel_gone: m.deliveries_reason_channel_gone,
  channel_down: m.deliveries_reason_channel_down,
  missing_variable: m.deliveries_reason_missing_variable,
  content_too_long: m.deliveries_reason_content_too_long,
  worker_lost: m.deliveries_reason_worker_lost,
  too_late_to_repeat: m.deliveries_reason_too_late_to_repeat,
  cancelled: m.deliveries_reason_cancelled,
  cancelled_for_user: m.deliveries_reason_cancelled_for_user,
  reached_earlier: m.deliveries_reason_reached_earlier,
  time_to_live_over: m.deliveries_reason_time_to_live_over,
  suppressed_by_tenant: m.deliveries_reason_suppressed_by_tenant,
  unsubscribed: m.deliveries_reason_unsubscribed,
  address_dead: m.deliveries_reason_address_dead,
  complained: m.deliveries_reason_complained,
  suppressed_by_vendor: m.deliveries_reason_suppressed_by_vendor,
  not_on_allow_list: m.deliveries_reason_not_on_allow_list,
  on_deny_list: m.deliveries_reason_on_deny_list,
  duplicate_content: m.deliveries_reason_duplicate_content,
  inquiry_unanswered: m.deliveries_reason_inquiry_unanswered,
  never_reached_vendor: m.deliveries_reason_never_reached_vendor,
  recalled: m.deliveries_reason_recalled,
  recall_not_supported: m.recalls_reason_not_supported,
  recall_window_over: m.recalls_reason_window_over,
  recall_unanswered: m.recalls_reason_unanswered,
  quiet_hours: m.deliveries_reason_quiet_hours,
  quiet_hours_outlast_time_to_live: m.deliveries_reason_quiet_hours_outlast,
  recipient_limit: ({ detail }) => waitingForRoomText(detail),
  recipient_limit_outlasts_time_to_live: m.deliveries_reason_recipient_limit_outlasts,
  no_allowance: m.deliveries_reason_no_allowance,
  over_frequency_cap: ({ detail, plugins }) => overCapText(detail, plugins),
  // What a vendor that gives no code of its own is known to have done.
  rejected: m.deliveries_reason_rejected,
  transient: m.deliveries_reason_transient,
  throttled: m.deliveries_reason_throttled,
  config: m.deliveries_reason_config,
  unknown: m.deliveries_reason_unknown,
};

/** Which cap it was, where the delivery says so; statistics do not. */
function overCapText(detail: string, plugins: PluginCatalogue): string {
  const cap = readCap(detail);
  if (!cap) return m.deliveries_reason_over_cap();
  const kind = cap.channelKind ? plugins.kindName(cap.channelKind) : undefined;
  return m.deliveries_reason_over_cap_named({ cap: capText(cap, kind) });
}

/** A reason code in words, the vendor's through its plugin. */
export function reasonText(
  plugins: PluginCatalogue,
  kind: string,
  code: string,
  detail: string | null = null,
): string {
  return (
    texts[code]?.({ detail: detail ?? "", plugins }) ?? plugins.vendorText(kind, code) ?? (detail || code)
  );
}

/** Why a delivery is in its state; undefined where the state says it all. */
export function deliveryReason(plugins: PluginCatalogue, delivery: Delivery): string | undefined {
  const { reason, reasonDetail, channel } = delivery;
  return reason === null ? undefined : reasonText(plugins, channel.kind, reason, reasonDetail);
}

/** Reasons that an entry of the suppression list stands behind. */
const SUPPRESSED = [
  "suppressed_by_tenant",
  "unsubscribed",
  "address_dead",
  "complained",
  "suppressed_by_vendor",
];

export const isOfSuppression = (code: string): boolean => SUPPRESSED.includes(code);

/** Whether a code is worth showing beside its words: a vendor's support asks for it. */
export const isVendorCode = (code: string): boolean => !Object.hasOwn(texts, code);
