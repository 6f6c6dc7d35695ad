import { answer, refusal, type VendorAnswer } from "./answers.ts";
import type { Inbox } from "./inbox.ts";

const DAY_MS = 86_400_000;

/** Takes a push back from all of its devices, within a day; once more changes nothing. */
export function withdraw(inbox: Inbox, messageId: string, now: number): VendorAnswer {
  const push = inbox.pushes.get(messageId);
  if (!push || now - push.at > DAY_MS) return refusal(1003, "invalid msg_id");
  push.withdrawnAt ??= now;
  return answer("");
}
