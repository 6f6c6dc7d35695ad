import { randomInt } from "node:crypto";
import type { Account, SimulatedSms } from "./account.ts";
import { answer, refusal, type VendorAnswer } from "./answers.ts";
import { renderTemplate } from "./templates.ts";

const MAX_RECIPIENTS = 1000;

type Fields = Record<string, unknown>;

export interface Operation {
  answer: VendorAnswer;
  sent: SimulatedSms[];
}

const refuse = (code: number): Operation => ({ answer: refusal(code), sent: [] });

/** One number: taken or refused as a call. */
export function sendOne(account: Account, fields: Fields, now: number): Operation {
  const fault = findFault(account, fields);
  if (fault) return refuse(fault);
  if (fields.mobile === undefined) return refuse(50004);
  const sms = compose(account, Number(fields.temp_id), fields, { isBatch: false, now });
  if (typeof sms === "number") return refuse(sms);
  return { answer: answer({ msg_id: sms.messageId }), sent: [sms] };
}

/** Up to a thousand numbers: each has a fate of its own, and a bad one costs the others nothing. */
export function sendMany(account: Account, fields: Fields, now: number): Operation {
  const fault = findFault(account, fields);
  if (fault) return refuse(fault);
  const { recipients } = fields;
  if (!Array.isArray(recipients) || recipients.length === 0) return refuse(50030);
  if (recipients.length > MAX_RECIPIENTS) return refuse(50031);
  const seen = new Set<unknown>();
  const outcomes = (recipients as Fields[]).map((recipient) => {
    const isRepeat = seen.has(recipient.mobile);
    seen.add(recipient.mobile);
    const sms = isRepeat
      ? 50034
      : compose(account, Number(fields.temp_id), recipient, { isBatch: true, now });
    return { recipient, sms };
  });
  const sent = outcomes.flatMap(({ sms }) => (typeof sms === "number" ? [] : sms));
  return {
    answer: answer({
      success_count: sent.length,
      failure_count: outcomes.length - sent.length,
      recipients: outcomes.map(({ recipient, sms }) =>
        typeof sms === "number"
          ? {
              error_code: String(sms),
              error_message: `模拟器拒绝：${sms}`,
              msg_id: makeMessageId(),
              ...recipient,
            }
          : { msg_id: sms.messageId, mobile: sms.to },
      ),
    }),
    sent,
  };
}

function findFault({ signId }: Account, fields: Fields): number | undefined {
  if (fields.temp_id === undefined) return 50005;
  if (!Number.isInteger(fields.temp_id)) return 50013;
  return fields.sign_id === undefined || fields.sign_id === signId ? undefined : 50007;
}

const makeMessageId = () => String(randomInt(100_000_000_000, 281_000_000_000_000));

/** What numbers are refused with, by their last four digits. */
const REFUSALS = new Map([
  ["9999", 50006],
  ["7777", 50009],
  ["6666", 50024],
]);
/** What carriers say of numbers, by their last four digits. */
const REPORTS = new Map<string, number | undefined>([
  ["0000", 4003],
  ["4444", 4004],
  ["5555", 4002],
  ["8888", undefined],
]);
const DELIVERED = 4001;

function compose(
  account: Account,
  templateId: number,
  { mobile, temp_para: parameters = {} }: Fields,
  { isBatch, now }: { isBatch: boolean; now: number },
): SimulatedSms | number {
  const to = String(mobile);
  const end = to.slice(-4);
  const refused = /^1[3-9]\d{9}$/.test(to) ? REFUSALS.get(end) : 50006;
  if (refused) return refused;
  const rendered = renderTemplate(templateId, parameters as Fields, isBatch);
  if ("refusal" in rendered) return rendered.refusal;
  if ([...rendered.text].length > 350) return 50038;
  const report = REPORTS.has(end) ? REPORTS.get(end) : DELIVERED;
  return {
    to,
    text: `【${account.signature}】${rendered.text}`,
    at: now,
    messageId: makeMessageId(),
    report,
  };
}
