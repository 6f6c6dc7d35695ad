import type {
  FollowUpInput,
  Inbox,
  NativeOpenInput,
  NativeSession,
  OutboundMessage,
  PlanInput,
  RecallResult,
  SendResult,
} from "@tidings/sdk/plugin";
import { isLink } from "./link.ts";

const SECONDS_A_DAY = 86_400;
const DEFAULT_KEEP_DAYS = 90;

/** Puts messages into the inboxes that the host keeps: there is no vendor, and nothing leaves the installation. */
export function open({ settings, inbox }: NativeOpenInput): NativeSession {
  if (!inbox) throw new Error("the host hands out no inbox");
  const keepSeconds = Number(settings.keepDays ?? DEFAULT_KEEP_DAYS) * SECONDS_A_DAY;
  return {
    send: (batch) => send(inbox, batch, keepSeconds),
    verify: async () => ({ ok: true }),
    recall: (input) => recall(inbox, input),
    close: async () => {},
  };
}

async function send(inbox: Inbox, { messages }: PlanInput, keepSeconds: number): Promise<SendResult[]> {
  const good = messages.filter(hasLinkOrNone);
  const put = good.length > 0 ? await putAll(inbox, good, keepSeconds) : new Set<string>();
  return messages.map((message): SendResult => {
    const { ref } = message;
    if (!hasLinkOrNone(message)) return { ref, status: "rejected", code: "invalid_link" };
    // Putting the same again changes nothing, so that an unclear end is worth another try.
    if (!put) return { ref, status: "transient", code: "inbox_unavailable" };
    return put.has(ref) ? { ref, status: "accepted" } : { ref, status: "rejected", code: "user_gone" };
  });
}

/** The refs that are there; undefined when that is not known. */
async function putAll(
  inbox: Inbox,
  messages: readonly OutboundMessage[],
  keepSeconds: number,
): Promise<Set<string> | undefined> {
  try {
    return new Set(await inbox.put(messages.map(toEntry), { keepSeconds }));
  } catch {
    return undefined;
  }
}

const toEntry = ({ ref, content }: OutboundMessage) => {
  const link = content.link?.trim();
  return {
    ref,
    title: content.title ?? "",
    body: content.body ?? "",
    ...(link && { link }),
    mustConfirm: content.confirmation === "required",
  };
};

function hasLinkOrNone({ content }: OutboundMessage): boolean {
  const link = content.link?.trim();
  return !link || isLink(link);
}

async function recall(inbox: Inbox, { messages }: FollowUpInput): Promise<RecallResult[]> {
  const gone = new Set(await inbox.takeBack(messages.map(({ ref }) => ref)));
  return messages.map(({ ref }) =>
    gone.has(ref) ? { ref, status: "recalled" } : { ref, status: "too_late", code: "not_found" },
  );
}
