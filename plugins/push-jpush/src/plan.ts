import {
  chunk,
  type OutboundMessage,
  type PlanInput,
  type PlannedRequest,
  type PlanOutput,
  type SendResult,
} from "@tidings/sdk/plugin";
import { pushCall } from "./calls.ts";
import { readExtras } from "./extras.ts";
import { type Push, writePush } from "./push.ts";
import { audienceOf, isRecipient } from "./recipients.ts";

/** The most registration ids or aliases in one call. */
const MAX_RECIPIENTS = 1000;

/** A message that passed the checks. */
interface Notice {
  ref: string;
  to: string;
  push: Push;
}

export function plan({ messages, settings }: PlanInput): PlanOutput {
  const results: SendResult[] = [];
  const accepted: Notice[] = [];
  for (const message of messages) {
    const notice = readMessage(message, settings);
    if ("code" in notice) results.push({ ref: message.ref, status: "rejected", ...notice });
    else accepted.push(notice);
  }
  const requests = groupNotices(accepted).map((group, index) =>
    toRequest(String(index + 1), group, settings),
  );
  return { requests, results };
}

function readMessage(
  message: OutboundMessage,
  settings: PlanInput["settings"],
): Notice | { code: string; detail: string } {
  const audience = audienceOf(settings);
  if (!isRecipient(audience, message.address)) {
    return {
      code: `invalid_${audience}`,
      detail: `The address has not the form of this channel's addresses.`,
    };
  }
  const extras = readExtras(message);
  if (!extras) {
    return {
      code: "invalid_extras",
      detail: "The extra fields are not key=value, one a line, each key once.",
    };
  }
  return { ref: message.ref, to: message.address, push: writePush(message.content, extras, settings) };
}

// A call names a device once, so a second message to it goes into a call of its own.
function groupNotices(notices: Notice[]): Notice[][] {
  const groups = new Map<string, Notice[]>();
  const seen = new Set<string>();
  const repeated: Notice[] = [];
  for (const notice of notices) {
    const key = JSON.stringify(notice.push);
    const place = `${notice.to} ${key}`;
    if (seen.has(place)) {
      repeated.push(notice);
      continue;
    }
    seen.add(place);
    const group = groups.get(key);
    if (group) group.push(notice);
    else groups.set(key, [notice]);
  }
  return [
    ...[...groups.values()].flatMap((group) => chunk(group, MAX_RECIPIENTS)),
    ...repeated.map((notice) => [notice]),
  ];
}

function toRequest(id: string, group: Notice[], settings: PlanInput["settings"]): PlannedRequest {
  const [first] = group;
  if (!first) throw new Error("a call needs a message");
  const { platform, notification, options } = first.push;
  const audience = { [audienceOf(settings)]: group.map(({ to }) => to) };
  const call = pushCall(settings, "POST", "/v3/push", { platform, audience, notification, options });
  return { id, refs: group.map(({ ref }) => ref), ...call };
}
