import type { AllowanceEvent } from "@tidings/sdk/plugin";
import type { Push } from "./push.ts";

/** What an answer in each event means; that a user refuses when asked leaves the consents from before. */
const CHANGES = new Map<string, AllowanceEvent["change"]>([
  ["subscribe_msg_popup_event accept", "granted"],
  ["subscribe_msg_change_event reject", "withdrawn"],
]);

const NAME = /^[A-Za-z0-9_-]{10,64}$/;
const SECONDS = /^\d{9,11}$/;

/**
 * What a user lets the account send, or does not any more. The vendor gives these events no id: user, second, event and place in
 * the list are the same in a repeat.
 * https://developers.weixin.qq.com/miniprogram/dev/framework/open-ability/subscribe-message.html
 * https://developers.weixin.qq.com/doc/service/guide/product/subscription_messages/push.html
 */
export function readConsents({ fields, entries }: Push): AllowanceEvent[] {
  const { Event = "", FromUserName: address = "", CreateTime: seconds = "" } = fields;
  if (!NAME.test(address) || !SECONDS.test(seconds)) return [];
  return entries.flatMap(({ TemplateId: subject = "", SubscribeStatusString: answer = "" }, place) => {
    const change = CHANGES.get(`${Event} ${answer}`);
    if (!change || !NAME.test(subject)) return [];
    const eventId = [address, seconds, change, subject, place].join(":");
    return [{ eventId, address, subject, change, at: Number(seconds) * 1000 }];
  });
}
