import {
  chunk,
  type Json,
  type OutboundMessage,
  type PlanInput,
  type PlannedRequest,
  type PlanOutput,
  type SendResult,
} from "@tidings/sdk/plugin";
import { apiCall } from "./calls.ts";
import { readNumber } from "./numbers.ts";

/** https://docs.jiguang.cn/jsms/server/rest_api_jsms */
const MAX_RECIPIENTS = 1000;

/** A recipient in the vendor's terms. */
export type Recipient = { mobile: string; temp_para: Record<string, string> };

/** What travels with a call: the answer tells recipients apart by number, and some may have to be sent to singly. */
export type SentCall = { common: Record<string, number>; recipients: Recipient[] };

/** A message that passed the checks, in the vendor's terms. */
interface Sms {
  ref: string;
  number: string;
  templateId: number;
  parameters: Record<string, string>;
}

export function plan(input: PlanInput): PlanOutput {
  const results: SendResult[] = [];
  const accepted: Sms[] = [];
  for (const message of input.messages) {
    const sms = readMessage(message);
    if ("code" in sms) results.push({ ref: message.ref, status: "rejected", ...sms });
    else accepted.push(sms);
  }
  const requests = groupSms(accepted).map((group, index) => toRequest(String(index + 1), group, input));
  return { requests, results };
}

function readMessage(message: OutboundMessage): Sms | { code: string; detail: string } {
  const number = readNumber(message.address);
  if (!number) {
    return { code: "invalid_number", detail: "The address is no mobile number of mainland China." };
  }
  const templateId = message.content.tempId ?? "";
  if (!/^[1-9]\d{0,14}$/.test(templateId)) {
    return { code: "invalid_template_id", detail: "A template ID is a number." };
  }
  const parameters = writeParameters(message.variables);
  if (!parameters) {
    return {
      code: "invalid_variable",
      detail: "The vendor takes texts, numbers and yes or no as variables.",
    };
  }
  return { ref: message.ref, number, templateId: Number(templateId), parameters };
}

function writeParameters(variables: Record<string, Json>): Record<string, string> | undefined {
  const values = Object.entries(variables).map(([name, value]): [string, Json] => [name, value ?? ""]);
  if (values.some(([, value]) => typeof value === "object")) return undefined;
  return Object.fromEntries(values.map(([name, value]) => [name, String(value)]));
}

// The answer names numbers, so a second message to a number goes alone.
function groupSms(messages: Sms[]): Sms[][] {
  const groups = new Map<number, Sms[]>();
  const seen = new Set<string>();
  const repeated: Sms[] = [];
  for (const sms of messages) {
    const group = groups.get(sms.templateId);
    if (seen.has(sms.number)) repeated.push(sms);
    else if (group) group.push(sms);
    else groups.set(sms.templateId, [sms]);
    seen.add(sms.number);
  }
  return [
    ...[...groups.values()].flatMap((group) => chunk(group, MAX_RECIPIENTS)),
    ...repeated.map((sms) => [sms]),
  ];
}

function toRequest(id: string, group: Sms[], { settings }: PlanInput): PlannedRequest {
  const [first] = group;
  if (!first) throw new Error("a call needs a message");
  const recipients = group.map(({ number, parameters }) => ({ mobile: number, temp_para: parameters }));
  const common = {
    ...(settings.signId !== undefined && { sign_id: Number(settings.signId) }),
    temp_id: first.templateId,
  };
  const refs = group.map(({ ref }) => ref);
  return planCall({ id, refs }, { common, recipients }, settings);
}

/** A batch has one template, and parameters for each number; templates of some types go to one number a call only. */
export function planCall(
  { id, refs }: Pick<PlannedRequest, "id" | "refs">,
  sent: SentCall,
  settings: PlanInput["settings"],
): PlannedRequest {
  const { common, recipients } = sent;
  const call =
    recipients.length === 1
      ? apiCall(settings, "/v1/messages", { ...common, ...recipients[0] })
      : apiCall(settings, "/v1/messages/batch", { ...common, recipients });
  return { id, refs, ...call, context: sent };
}
