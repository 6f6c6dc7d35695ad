import { BEIJING_OFFSET_MS, type Settings } from "@tidings/sdk/plugin";

/**
 * The end of a text that makes it differ from the one of a moment ago, where the channel wants that: the vendor drops the
 * same content to the same user within a day, and answers as if it had sent it.
 */
export function sendTimeFooter({ appendsSendTime }: Settings, now: number): string {
  return appendsSendTime === true ? `\n\n${beijingTime(now)}` : "";
}

const beijingTime = (at: number) =>
  new Date(at + BEIJING_OFFSET_MS).toISOString().slice(0, 19).replace("T", " ");
