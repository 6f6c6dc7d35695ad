import {
  chunkUnique,
  type PlanInput,
  type PlannedRequest,
  type PlanOutput,
  type SendResult,
  type Settings,
} from "@tidings/sdk/plugin";
import { call, notificationPath } from "./calls.ts";
import { type Content, readContent } from "./content.ts";
import { sendTimeFooter } from "./send-time.ts";

/** https://open.dingtalk.com/document/orgapp/asynchronous-sending-of-enterprise-session-messages */
export const MAX_USERS = 100;

/** Neither a comma, which would make a list of it, nor anything that the vendor reads as more than one user. */
const USER_ID = /^[A-Za-z0-9_.@-]{1,64}$/;

/** What travels with a request: whether it is all of the batch. */
export type SendContext = { isWholeBatch: boolean };

interface Addressed {
  ref: string;
  userId: string;
}

/** What has the same content. All of a batch is of one message, so a call may be taken back as a whole. */
interface Group {
  content: Content;
  messages: Addressed[];
}

export function plan({ messages, settings, now }: PlanInput): PlanOutput {
  const results: SendResult[] = [];
  const groups = new Map<string, Group>();
  const footer = sendTimeFooter(settings, now);
  for (const { ref, address, content: fields } of messages) {
    const content = readContent(fields, footer);
    if (!USER_ID.test(address)) {
      const detail = "A user id has 1 to 64 letters, digits or any of _-@.";
      results.push({ ref, status: "rejected", code: "invalid_user_id", detail });
    } else if ("code" in content) results.push({ ref, status: "rejected", ...content });
    else {
      const key = JSON.stringify(content);
      const group = groups.get(key) ?? { content, messages: [] };
      group.messages.push({ ref, userId: address });
      groups.set(key, group);
    }
  }
  // No user twice in a call: its results name users.
  const calls = [...groups.values()].flatMap(({ content, messages: all }) =>
    chunkUnique(all, MAX_USERS, ({ userId }) => userId).map((some) => ({ content, messages: some })),
  );
  const isWholeBatch = calls.length === 1;
  return {
    requests: calls.map((group, index) => toRequest(String(index + 1), group, isWholeBatch, settings)),
    results,
  };
}

function toRequest(
  id: string,
  { content, messages }: Group,
  isWholeBatch: boolean,
  settings: Settings,
): PlannedRequest {
  const context: SendContext = { isWholeBatch };
  const body = {
    agent_id: settings.agentId,
    userid_list: messages.map(({ userId }) => userId).join(","),
    msg: content,
  };
  const refs = messages.map(({ ref }) => ref);
  return { id, refs, ...call(settings, notificationPath("asyncsend_v2"), body), context };
}
