import {
  chunk,
  type Json,
  type OutboundMessage,
  type PlanInput,
  type PlanOutput,
  type SendResult,
} from "@tidings/sdk/plugin";
import { SEND_BATCH_SMS_MAX_NUMBERS, SEND_SMS_MAX_NUMBERS, type SmsCall, toRequest } from "./calls.ts";
import { type NumberForm, readNumber } from "./numbers.ts";
import { batchOutId, refOutId } from "./out-id.ts";

/** A message that passed the checks, in the vendor's terms. */
interface Sms {
  ref: string;
  number: string;
  form: NumberForm;
  templateCode: string;
  /** Template parameters as a JSON text with sorted names, so that equal parameters are equal texts. */
  params: string;
}

export function plan(input: PlanInput): PlanOutput {
  const results: SendResult[] = [];
  const accepted: Sms[] = [];
  for (const message of input.messages) {
    const sms = readMessage(message);
    if ("code" in sms) results.push({ ref: message.ref, status: "rejected", ...sms });
    else accepted.push(sms);
  }
  const groups = input.settings.sendSingly === true ? accepted.map((sms) => [sms]) : groupSms(accepted);
  const requests = groups.map((group, index) =>
    toRequest(
      String(index + 1),
      group.map((sms) => sms.ref),
      toCall(group, input.batchRef),
      input.settings,
    ),
  );
  return { requests, results };
}

function readMessage(message: OutboundMessage): Sms | { code: string; detail: string } {
  const address = readNumber(message.address);
  if (!address) {
    return { code: "invalid_number", detail: "The address is no mobile number of mainland China." };
  }
  const templateCode = message.content.templateCode ?? "";
  if (!/^SMS_\d{1,20}$/.test(templateCode)) {
    return { code: "invalid_template_code", detail: "A template code reads SMS_ and a number." };
  }
  const params = writeParams(message.variables);
  if (params === undefined) {
    return {
      code: "invalid_variable",
      detail: "The vendor takes texts, numbers and yes or no as variables.",
    };
  }
  return { ref: message.ref, ...address, templateCode, params };
}

// The vendor takes texts only; a number answers isv.INVALID_JSON_PARAM.
function writeParams(variables: Record<string, Json>): string | undefined {
  const params: [string, string][] = [];
  for (const name of Object.keys(variables).sort()) {
    const value = variables[name] ?? "";
    if (typeof value === "object") return undefined;
    params.push([name, String(value)]);
  }
  return JSON.stringify(Object.fromEntries(params));
}

/** Sorts messages into calls: as few as the vendor's limits allow, and no number twice in one of them. */
function groupSms(messages: Sms[]): Sms[][] {
  const { first, repeated } = splitRepeated(messages);
  const groups = groupBy(first, (sms) => `${sms.templateCode} ${sms.form}`).flatMap(groupByParams);
  return [...groups, ...repeated.map((sms) => [sms])];
}

// A receipt names the batch and the number, so a second message to a number goes alone, under its own ref.
function splitRepeated(messages: Sms[]): { first: Sms[]; repeated: Sms[] } {
  const seen = new Set<string>();
  const first: Sms[] = [];
  const repeated: Sms[] = [];
  for (const sms of messages) {
    (seen.has(sms.number) ? repeated : first).push(sms);
    seen.add(sms.number);
  }
  return { first, repeated };
}

// SendSms is worth a call of its own from the size on that SendBatchSms would need more than one call for.
function groupByParams(messages: Sms[]): Sms[][] {
  const groups: Sms[][] = [];
  const pool: Sms[][] = [];
  for (const sameText of groupBy(messages, (sms) => sms.params)) {
    if (sameText.length > SEND_BATCH_SMS_MAX_NUMBERS) groups.push(...chunk(sameText, SEND_SMS_MAX_NUMBERS));
    else pool.push(sameText);
  }
  groups.push(...chunk(pool.flat(), SEND_BATCH_SMS_MAX_NUMBERS));
  return groups;
}

function toCall(group: Sms[], batchRef: string): SmsCall {
  const [first] = group;
  if (!first) throw new Error("a call needs a message");
  const sameText = group.every((sms) => sms.params === first.params);
  return {
    action: sameText ? "SendSms" : "SendBatchSms",
    templateCode: first.templateCode,
    outId: group.length === 1 ? refOutId(first.ref) : batchOutId(batchRef, first.form),
    numbers: group.map((sms) => sms.number),
    params: sameText ? [first.params] : group.map((sms) => sms.params),
  };
}

function groupBy<T>(items: T[], keyOf: (item: T) => string): T[][] {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return [...groups.values()];
}
