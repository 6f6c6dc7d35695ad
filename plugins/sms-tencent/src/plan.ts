import {
  chunk,
  type OutboundMessage,
  type PlanInput,
  type PlannedRequest,
  type PlanOutput,
  type SendResult,
} from "@tidings/sdk/plugin";
import { apiCall } from "./calls.ts";
import { type PhoneNumber, readNumber } from "./numbers.ts";
import { writeParameters } from "./parameters.ts";
import { batchSession, refSession } from "./session.ts";

/** https://cloud.tencent.com/document/api/382/55981 */
const MAX_NUMBERS = 200;

/** What travels with a SendSms: the numbers in the order of its refs, since the answer tells them apart by number. */
export type SentNumbers = { numbers: string[] };

/** A message that passed the checks, in the vendor's terms. */
interface Sms {
  ref: string;
  to: PhoneNumber;
  templateId: string;
  parameters: string[];
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
  const to = readNumber(message.address);
  if (!to) {
    return {
      code: "invalid_e164_number",
      detail: "The address is no mobile number of mainland China or E.164 number.",
    };
  }
  const templateId = message.content.templateId ?? "";
  if (!/^\d{1,20}$/.test(templateId)) {
    return { code: "invalid_template_id", detail: "A template ID is a number." };
  }
  const parameters = writeParameters(message.content.parameters ?? "", message.variables);
  return Array.isArray(parameters) ? { ref: message.ref, to, templateId, parameters } : parameters;
}

// A session names the batch and a report the number, so a second message to a number goes alone, under its own ref.
function groupSms(messages: Sms[]): Sms[][] {
  const seen = new Set<string>();
  const first: Sms[] = [];
  const repeated: Sms[] = [];
  for (const sms of messages) {
    (seen.has(sms.to.e164) ? repeated : first).push(sms);
    seen.add(sms.to.e164);
  }
  return [
    ...groupByCall(first).flatMap((group) => chunk(group, MAX_NUMBERS)),
    ...repeated.map((sms) => [sms]),
  ];
}

/** One call has one template, one set of parameters and one session, and numbers of the mainland or none. */
function groupByCall(messages: Sms[]): Sms[][] {
  const groups = new Map<string, Sms[]>();
  for (const sms of messages) {
    const key = JSON.stringify([sms.templateId, sms.to.isMainland, sms.to.form, sms.parameters]);
    const group = groups.get(key);
    if (group) group.push(sms);
    else groups.set(key, [sms]);
  }
  return [...groups.values()];
}

function toRequest(id: string, group: Sms[], { batchRef, settings }: PlanInput): PlannedRequest {
  const [first] = group;
  if (!first) throw new Error("a call needs a message");
  const context: SentNumbers = { numbers: group.map(({ to }) => to.e164) };
  const call = apiCall(settings, "SendSms", {
    SignName: String(settings.signName),
    TemplateId: first.templateId,
    TemplateParamSet: first.parameters,
    PhoneNumberSet: context.numbers,
    SessionContext: group.length === 1 ? refSession(first.ref) : batchSession(batchRef, first.to.form),
  });
  return { id, refs: group.map(({ ref }) => ref), ...call, context };
}
