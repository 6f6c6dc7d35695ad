import type { Account } from "./account.ts";
import { answer, refusal, type VendorAnswer } from "./answers.ts";
import { exists, fateOf } from "./devices.ts";
import { hasArrived, type Inbox } from "./inbox.ts";

const MAX_DEVICES = 1000;
const BEIJING_OFFSET_MS = 8 * 3_600_000;

/**
 * Says of each device whether a push has arrived there: 0 arrived, 1 not, 2 no device of the app, 3 no target of the
 * push, 4 cannot be told. https://docs.jiguang.cn/jpush/server/push/rest_api_v3_report
 */
export function messageStatus(account: Account, inbox: Inbox, body: string, now: number): VendorAnswer {
  if (!account.isVip) return refusal(2006);
  const question = readQuestion(body, now);
  if (!question) return refusal(1003);
  const { messageId, devices, date } = question;
  const found = inbox.pushes.get(messageId);
  const push = found && dayOf(found.at) === date ? found : undefined;
  const statusOf = (device: string) => {
    if (!exists(device)) return 2;
    if (!push?.arrivals.has(device)) return 3;
    if (fateOf(device) === "unclear") return 4;
    return hasArrived(push, device, now) ? 0 : 1;
  };
  return answer(Object.fromEntries(devices.map((device) => [device, { status: statusOf(device) }])));
}

const dayOf = (at: number) => new Date(at + BEIJING_OFFSET_MS).toISOString().slice(0, 10);

/** The id has to be a number, which is read as text because it may be too long for one. */
function readQuestion(body: string, now: number) {
  const messageId = /"msg_id"\s*:\s*(\d{1,20})\s*[,}]/.exec(body)?.[1];
  try {
    const { registration_ids: devices, date = dayOf(now) } = JSON.parse(body);
    const isList = Array.isArray(devices) && devices.every((device) => typeof device === "string");
    if (!messageId || !isList || devices.length === 0 || devices.length > MAX_DEVICES) return undefined;
    return { messageId, devices: devices as string[], date: String(date) };
  } catch {
    return undefined;
  }
}
