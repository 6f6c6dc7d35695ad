import {
  chunkUnique,
  type PlanInput,
  type PlannedRequest,
  type PlanOutput,
  type SendResult,
  type Settings,
} from "@tidings/sdk/plugin";
import { call } from "./calls.ts";
import { type Content, readContent } from "./content.ts";

/** https://developer.work.weixin.qq.com/document/path/90236 */
export const MAX_USERS = 1000;

/** Letters, digits and `_-@.`; the first is a letter or a digit. So `@all` and a list of users are none. */
const USER_ID = /^[A-Za-z0-9][A-Za-z0-9_.@-]{0,63}$/;

/** What travels with a request: whom it goes to, in the order of its `refs`, and whether it is all of the batch. */
export type SendContext = {
  /** In lower case, as the vendor names them. */
  users: string[];
  isWholeBatch: boolean;
};

interface Addressed {
  ref: string;
  userId: string;
}

/** What has the same content. All of a batch is of one message, so a call may be taken back as a whole. */
interface Group {
  content: Content;
  messages: Addressed[];
}

export function plan({ messages, settings }: PlanInput): PlanOutput {
  const results: SendResult[] = [];
  const groups = new Map<string, Group>();
  for (const { ref, address, content: fields } of messages) {
    const content = readContent(fields);
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
  // No user twice in a call: the vendor would merge the two.
  const calls = [...groups.values()].flatMap(({ content, messages: all }) =>
    chunkUnique(all, MAX_USERS, ({ userId }) => userId.toLowerCase()).map((some) => ({
      content,
      messages: some,
    })),
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
  const context: SendContext = { users: messages.map(({ userId }) => userId.toLowerCase()), isWholeBatch };
  const body = {
    touser: messages.map(({ userId }) => userId).join("|"),
    agentid: settings.agentId,
    ...content,
    ...duplicateCheck(settings),
  };
  return { id, refs: messages.map(({ ref }) => ref), ...call(settings, "message/send", body), context };
}

function duplicateCheck({ duplicateCheckSeconds: seconds }: Settings): object {
  if (typeof seconds !== "number" || seconds <= 0) return {};
  return { enable_duplicate_check: 1, duplicate_check_interval: seconds };
}
