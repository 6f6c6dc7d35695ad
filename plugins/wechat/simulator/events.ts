import type { PushFormat, PushStamp } from "@tidings/sdk/testing";

/** What happened, as a push tells it. */
export interface VendorEvent {
  openId: string;
  name:
    | "TEMPLATESENDJOBFINISH"
    | "subscribe_msg_popup_event"
    | "subscribe_msg_change_event"
    | "subscribe_msg_sent_event";
  /** Of the event itself. */
  fields?: Record<string, string>;
  /** Of the messages or templates that it is about. */
  list?: Record<string, string>[];
}

const LIST_ELEMENTS: Record<string, string> = {
  subscribe_msg_popup_event: "SubscribeMsgPopupEvent",
  subscribe_msg_change_event: "SubscribeMsgChangeEvent",
  subscribe_msg_sent_event: "SubscribeMsgSentEvent",
};

export const writeEvent = (event: VendorEvent, stamp: PushStamp, format: PushFormat): string =>
  format === "json" ? writeJson(event, stamp) : writeXml(event, stamp);

export function writeXml(
  { openId, name, fields = {}, list }: VendorEvent,
  { originalId, at }: PushStamp,
): string {
  const head = { ToUserName: originalId, FromUserName: openId };
  const time = `<CreateTime>${Math.floor(at / 1000)}</CreateTime>`;
  const items = list?.map((item) => `<List>${elements(item)}</List>`).join("\n");
  const wrapped = items && `<${LIST_ELEMENTS[name]}>${items}</${LIST_ELEMENTS[name]}>`;
  const own = elements({ MsgType: "event", Event: name, ...fields });
  return `<xml>${elements(head)}\n${time}\n${own}\n${wrapped ?? ""}</xml>`;
}

const elements = (fields: Record<string, string>) =>
  Object.entries(fields)
    .map(([name, value]) => `<${name}>${/^\d+$/.test(value) ? value : `<![CDATA[${value}]]>`}</${name}>`)
    .join("\n");

/** In JSON a list of one is the one alone. */
export function writeJson(
  { openId, name, fields, list }: VendorEvent,
  { originalId, at }: PushStamp,
): string {
  return JSON.stringify({
    ToUserName: originalId,
    FromUserName: openId,
    CreateTime: Math.floor(at / 1000),
    MsgType: "event",
    Event: name,
    ...fields,
    ...(list && { List: list.length === 1 ? list[0] : list }),
  });
}
