import type { ReceiptEvent, ReceiptInput, ReceiptOutput } from "@tidings/sdk/plugin";
import { type Push, readSentNotices, takePush } from "@tidings/wechat";

/** https://developers.weixin.qq.com/miniprogram/dev/framework/open-ability/subscribe-message.html */
export function parseReceipt(input: ReceiptInput): ReceiptOutput {
  return takePush(input, readEvents);
}

function readEvents(push: Push, at: number): ReceiptEvent[] {
  return push.fields.Event === "subscribe_msg_sent_event" ? readSentNotices(push, at) : [];
}
