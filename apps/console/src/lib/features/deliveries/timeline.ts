import Ban from "@lucide/svelte/icons/ban";
import Check from "@lucide/svelte/icons/circle-check";
import Question from "@lucide/svelte/icons/circle-question-mark";
import Cross from "@lucide/svelte/icons/circle-x";
import Eye from "@lucide/svelte/icons/eye";
import Hourglass from "@lucide/svelte/icons/hourglass";
import Moon from "@lucide/svelte/icons/moon";
import MousePointer from "@lucide/svelte/icons/mouse-pointer-click";
import Plus from "@lucide/svelte/icons/plus";
import Receipt from "@lucide/svelte/icons/receipt-text";
import Send from "@lucide/svelte/icons/send";
import Undo from "@lucide/svelte/icons/undo-2";
import { m } from "#messages";
import type { DeliveryDetail } from "../../api/client.ts";
import { formatDate } from "../../format/dates.ts";
import { formatDuration } from "../../format/durations.ts";
import type { PluginCatalogue } from "../../plugins/plugin-catalogue.ts";
import { type DeliveryState, deliveryStateLook } from "../../states/delivery-states.ts";
import type { TimelineEvent } from "../../ui/layout/Timeline.svelte";
import { waitingForRoomText } from "../../words/recipient-limit-text.ts";
import { originText } from "./address-origin.ts";
import { deliveryReason, reasonText } from "./reason-text.ts";

type Entry = DeliveryDetail["timeline"][number];

/** States that no attempt and no receipt has announced: the timeline ends with a word about them. */
const UNANNOUNCED: readonly DeliveryState[] = ["suppressed", "failed", "unknown", "cancelled", "expired"];

const receipts = {
  delivered: { title: m.delivery_delivered, tone: "success", icon: Check },
  undelivered: { title: m.delivery_undelivered, tone: "warning", icon: Cross },
  read: { title: m.deliveries_event_read, tone: "success", icon: Eye },
  clicked: { title: m.deliveries_event_clicked, tone: "success", icon: MousePointer },
  accepted: { title: m.deliveries_event_found, tone: "info", icon: Check },
  not_found: { title: m.deliveries_event_not_found, tone: "warning", icon: Question },
} as const;

const recalls = {
  recalled: { title: m.delivery_recalled, tone: "neutral" },
  too_late: { title: m.deliveries_event_recall_late, tone: "warning" },
  failed: { title: m.deliveries_event_recall_failed, tone: "warning" },
} as const;

/** What happened to a delivery, in words and in the order in which it became known. */
export function timelineEvents(delivery: DeliveryDetail, plugins: PluginCatalogue): TimelineEvent[] {
  const entries = delivery.timeline;
  const attempts = entries.filter(({ kind }) => kind === "attempt_started");
  const told: Partial<Record<Entry["kind"], (id: string, entry: Entry) => TimelineEvent[]>> = {
    created: (id, entry) => [createdEvent(id, entry, delivery)],
    deferred: (id, entry) => [deferredEvent(id, entry)],
    attempt_started: (id, entry) => [attemptEvent(id, entry, entries, attempts.indexOf(entry) + 1)],
    attempt_ended: (id, entry) => arrivalEvents(id, entry, delivery, plugins),
    receipt: (id, entry) => [receiptEvent(id, entry, delivery, plugins)],
    inquiry: (id, entry) => [inquiryEvent(id, entry)],
    recall: (id, entry) => [recallEvent(id, entry, delivery, plugins)],
  };
  const events = entries.flatMap((entry, index) => told[entry.kind]?.(String(index), entry) ?? []);
  return [...events, ...outcomeEvents(delivery, entries, plugins)];
}

function createdEvent(id: string, { at }: Entry, delivery: DeliveryDetail): TimelineEvent {
  return {
    id,
    at,
    tone: "neutral",
    icon: Plus,
    title: m.deliveries_event_created({ channel: delivery.channel.name }),
    text: originText(delivery.addressOrigin),
  };
}

function deferredEvent(id: string, { at, type, code, detail }: Entry): TimelineEvent {
  const isForRoom = type === "recipient_limit";
  return {
    id,
    at,
    tone: "info",
    icon: isForRoom ? Hourglass : Moon,
    title: m.deliveries_event_deferred({ time: detail ? formatDate(detail) : "" }),
    text: isForRoom ? waitingForRoomText(code) : m.deliveries_event_deferred_text(),
  };
}

function attemptEvent(id: string, entry: Entry, entries: Entry[], number: number): TimelineEvent {
  const end = entries.find(({ kind, code }) => kind === "attempt_ended" && code === entry.code);
  const seconds = end && (Date.parse(end.at) - Date.parse(entry.at)) / 1000;
  return {
    id,
    at: entry.at,
    tone: end?.type === "abandoned" ? "warning" : "info",
    icon: Send,
    title: m.deliveries_event_attempt({ number }),
    text: attemptText(end?.type, seconds),
  };
}

function attemptText(type: string | undefined, seconds: number | undefined): string {
  if (seconds === undefined) return m.deliveries_event_attempt_open();
  if (type === "abandoned") return m.deliveries_event_attempt_abandoned();
  return seconds < 1
    ? m.deliveries_event_attempt_answered_at_once()
    : m.deliveries_event_attempt_answered({ duration: formatDuration(seconds) });
}

/** What this platform keeps itself has arrived with the attempt that put it there. */
function arrivalEvents(
  id: string,
  { at }: Entry,
  { acceptedAt, deliveredAt, channel }: DeliveryDetail,
  plugins: PluginCatalogue,
): TimelineEvent[] {
  if (deliveredAt !== at || acceptedAt !== at || !plugins.arrivesAtOnce(channel.kind)) return [];
  const { title, tone, icon } = receipts.delivered;
  return [{ id, at, tone, icon, title: title(), text: m.deliveries_arrived_at_once() }];
}

/** What we found out ourselves. */
const found = {
  tracked_open: { title: m.tracking_event_opened, icon: Eye },
  tracked_click: { title: m.tracking_event_clicked, icon: MousePointer },
} as const;

function receiptEvent(
  id: string,
  { at, type, code, detail }: Entry,
  { channel }: DeliveryDetail,
  plugins: PluginCatalogue,
): TimelineEvent {
  if (code === "tracked_open" || code === "tracked_click") {
    const { title, icon } = found[code];
    const text = detail ?? m.tracking_event_opened_how();
    return { id, at, tone: "success", icon, title: title(), text };
  }
  const known = Object.hasOwn(receipts, type) ? receipts[type as keyof typeof receipts] : undefined;
  return {
    id,
    at,
    tone: known?.tone ?? "neutral",
    icon: known?.icon ?? Receipt,
    title: m.deliveries_event_receipt({ state: known?.title() ?? type }),
    text: code === null ? (detail ?? undefined) : reasonText(plugins, channel.kind, code, detail),
  };
}

function inquiryEvent(id: string, { at }: Entry): TimelineEvent {
  return {
    id,
    at,
    tone: "info",
    icon: Question,
    title: m.deliveries_event_inquiry(),
    text: m.deliveries_event_inquiry_text(),
  };
}

function recallEvent(
  id: string,
  { at, type, code, detail }: Entry,
  { channel }: DeliveryDetail,
  plugins: PluginCatalogue,
): TimelineEvent {
  const known = Object.hasOwn(recalls, type) ? recalls[type as keyof typeof recalls] : undefined;
  return {
    id,
    at,
    tone: known?.tone ?? "neutral",
    icon: Undo,
    title: known?.title() ?? type,
    text: code === null ? (detail ?? undefined) : reasonText(plugins, channel.kind, code, detail),
  };
}

function outcomeEvents(
  delivery: DeliveryDetail,
  entries: Entry[],
  plugins: PluginCatalogue,
): TimelineEvent[] {
  if (!UNANNOUNCED.includes(delivery.state)) return [];
  const look = deliveryStateLook(delivery.state);
  return [
    {
      id: "outcome",
      at: entries.at(-1)?.at ?? delivery.createdAt,
      tone: look.tone,
      icon: look.icon ?? Ban,
      title: look.label,
      text: deliveryReason(plugins, delivery),
    },
  ];
}
