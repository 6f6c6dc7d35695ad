import { answer, refusal, type VendorAnswer } from "./answers.ts";
import { arrivalOf, exists } from "./devices.ts";
import { type Inbox, makeMessageId, type SimulatedNotification } from "./inbox.ts";
import { type Payload, readPayload } from "./payload.ts";

/** Takes or refuses a push as a whole; devices that there are not are passed over without a word. */
export function push(
  inbox: Inbox,
  fields: Record<string, unknown>,
  { now, delayMs, isTrial }: { now: number; delayMs: number; isTrial: boolean },
): VendorAnswer {
  const payload = readPayload(fields);
  if (typeof payload === "number") return refusal(payload);
  const recipients = [...new Set(payload.recipients)].filter(exists);
  if (recipients.length === 0) return refusal(1011, "cannot find user by this audience");
  const messageId = makeMessageId(now);
  if (!isTrial) {
    const shown = readShown(payload);
    const arrivals = new Map(recipients.map((to) => [to, arrivalOf(to, now, delayMs)]));
    inbox.add(
      { messageId, at: now, arrivals },
      recipients.map((to) => ({ ...shown, to, at: now, messageId })),
    );
  }
  return answer({ sendno: "0", msg_id: messageId });
}

/** What a phone would show. */
function readShown({
  notification,
}: Payload): Pick<SimulatedNotification, "text" | "title" | "alert" | "extras"> {
  const { alert: common, android = {}, ios = {} } = notification as Record<string, Record<string, unknown>>;
  const { title: iosTitle, body: iosBody } = (ios.alert ?? {}) as Record<string, unknown>;
  const title = String(android.title ?? iosTitle ?? "");
  const alert = String(android.alert ?? iosBody ?? ios.alert ?? common ?? "");
  const extras = (android.extras ?? ios.extras ?? {}) as Record<string, unknown>;
  return { text: title ? `${title}\n${alert}` : alert, title, alert, extras };
}
