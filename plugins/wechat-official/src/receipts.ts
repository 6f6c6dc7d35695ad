import { clip, type ReceiptEvent, type ReceiptInput, type ReceiptOutput } from "@tidings/sdk/plugin";
import { type Fate, type Push, readSentNotices, takePush, toEvent } from "@tidings/wechat";

/**
 * https://developers.weixin.qq.com/doc/service/guide/product/template_message/Template_Message_Interface
 * https://developers.weixin.qq.com/doc/service/guide/product/subscription_messages/push.html
 */
export function parseReceipt(input: ReceiptInput): ReceiptOutput {
  return takePush(input, readEvents);
}

function readEvents(push: Push, at: number): ReceiptEvent[] {
  const { Event, MsgID, Status = "" } = push.fields;
  switch (Event) {
    case "TEMPLATESENDJOBFINISH":
      return toEvent(MsgID, readTemplateFate(Status), at);
    case "subscribe_msg_sent_event":
      return readSentNotices(push, at);
    default:
      return [];
  }
}

/** `failed: system failed` has a space that `failed:user block` has not. */
function readTemplateFate(status: string): Fate | undefined {
  const said = status.toLowerCase().replace(/\s+/g, " ");
  if (said === "success") return { type: "delivered" };
  if (!said.startsWith("failed")) return undefined;
  if (said.includes("user block")) return { type: "undelivered", code: "user_block" };
  const code = said.includes("system failed") ? "system_failed" : "send_failed";
  return { type: "undelivered", code, detail: clip(status, 500) };
}
