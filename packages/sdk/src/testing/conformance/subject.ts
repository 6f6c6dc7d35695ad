import { type Fault, fault } from "../../faults/index.ts";
import type {
  FollowUpInput,
  OutboundMessage,
  PlanInput,
  PluginManifest,
  PureFunctions,
  SendResult,
  Settings,
  SyncInput,
} from "../../plugin/index.ts";
import { type Answer, type Conversation, converse, respond } from "../conversation.ts";
import type { Vector } from "../vectors.ts";

/** What is put to the test. */
export interface ConformanceInput {
  manifest: PluginManifest;
  /** Its functions; they may be asynchronous, as those in a sandbox are. */
  plugin: PureFunctions;
  /** Non-secret settings, valid against the manifest. */
  settings: Settings;
  /** Secret settings; their values must not appear in anything the plugin returns. */
  secrets: Record<string, string>;
  /** Makes the n-th of a series of messages that can be sent, each with its own ref and address. */
  makeMessage(index: number): OutboundMessage;
  vectors?: Vector[];
  /** Whether there is a README. */
  hasReadme?: boolean;
}

/** A check answers what is wrong; nothing if all is well. */
export type Check = (subject: ConformanceInput) => Fault[] | Promise<Fault[]>;

export const NOW = Date.UTC(2025, 0, 2, 3, 4, 5);

/** The input of `plan`, frozen: a plugin that changes its input throws. */
export function makeBatch(subject: ConformanceInput, messages: OutboundMessage[]): PlanInput {
  return freeze({
    batchRef: "bat_conformance",
    messages,
    settings: subject.settings,
    now: NOW,
    seed: "c0ffee00c0ffee00",
  });
}

/** The input of `syncTemplates`, frozen: as if the tenant's templates named what the first messages name. */
export function makeSyncInput(subject: ConformanceInput): SyncInput {
  const { content } = subject.manifest;
  const field = Object.keys(content).find((name) => content[name]?.namesVendorTemplate);
  const codes = makeMessages(subject, 3).flatMap((message) => (field && message.content[field]) || []);
  return freeze({
    settings: subject.settings,
    named: [...new Set(codes)],
    now: NOW,
    seed: "c0ffee00c0ffee00",
  });
}

export function makeMessages(subject: ConformanceInput, count: number): OutboundMessage[] {
  return Array.from({ length: count }, (_, index) => subject.makeMessage(index));
}

/** The input of `query` and `recall`, frozen: messages that were sent a minute ago. */
export function makeFollowUp(subject: ConformanceInput, count: number): FollowUpInput {
  const messages = makeMessages(subject, count).map(({ ref, address }) => ({
    ref,
    batchRef: "bat_conformance",
    address,
    vendorId: `vendor-${ref}`,
    batchVendorIds: ["vendor-batch"],
    sentAt: NOW - 60_000,
  }));
  return freeze({ messages, settings: subject.settings, now: NOW, seed: "c0ffee00c0ffee00" });
}

/** Plays a whole batch in which every request gets the same answer. */
export async function playBatch(
  subject: ConformanceInput,
  batch: PlanInput,
  answer: Answer,
): Promise<SendResult[]> {
  return play(converse(subject.plugin, batch), answer);
}

/** Plays a conversation in which every request gets the same answer. */
export async function play<T>(conversation: Conversation<T>, answer: Answer): Promise<T[]> {
  let step = await conversation.next();
  while (!step.done) {
    step = await conversation.next(freeze(step.value.map((request) => respond(request, answer))));
  }
  return step.value;
}

/** What is wrong with a set of refs that has to name every message exactly once. */
export function findRefProblems(messages: Pick<OutboundMessage, "ref">[], refs: string[]): Fault[] {
  const expected = new Set(messages.map((message) => message.ref));
  const seen = new Set<string>();
  const problems: Fault[] = [];
  for (const ref of refs) {
    if (!expected.has(ref)) problems.push(fault("ref_foreign", { ref }));
    if (seen.has(ref)) problems.push(fault("ref_repeated", { ref }));
    seen.add(ref);
  }
  for (const ref of expected) if (!seen.has(ref)) problems.push(fault("ref_missing", { ref }));
  return problems;
}

/** What is wrong with a code and a sentence of a plugin. */
export function findTextProblems({ code = "", detail = "" }: { code?: string; detail?: string }): Fault[] {
  const problems: Fault[] = [];
  if (code.length > 64) problems.push(fault("code_too_long"));
  if (detail.length > 500) problems.push(fault("detail_too_long"));
  if (/[\p{Cs}\p{Cc}]/u.test(code + detail)) problems.push(fault("text_unstorable"));
  return problems;
}

export function freeze<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) freeze(inner);
  }
  return value;
}

/** The problems of all items, one item after the other: a sandbox has one thread. */
export async function collect<T>(
  items: Iterable<T>,
  find: (item: T) => Fault[] | Promise<Fault[]>,
): Promise<Fault[]> {
  const problems: Fault[] = [];
  for (const item of items) problems.push(...(await find(item)));
  return problems;
}
