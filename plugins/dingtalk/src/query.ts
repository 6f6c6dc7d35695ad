import {
  clip,
  type FollowUpInput,
  isRecord,
  type PlannedRequest,
  type PlannedResponse,
  type QueryAnswer,
  type QueryOutput,
  toWord,
} from "@tidings/sdk/plugin";
import { call, notificationPath } from "./calls.ts";
import { readAnswer, readOutcome } from "./outcome.ts";
import { groupByTask } from "./tasks.ts";

/** What travels with a request: whom it asks about, in the order of its `refs`. */
type Question = { users: string[] };

type Said = Omit<QueryAnswer, "ref">;

/**
 * Asks for the results of each call, which the vendor keeps for a day.
 * https://open.dingtalk.com/document/orgapp/gets-the-result-of-sending-messages-asynchronously-to-the-enterprise
 *
 * There is no other way to ask: what got no task id cannot be found, and is never called not found.
 */
export function query({ messages, settings }: FollowUpInput): QueryOutput {
  const { tasks, leftOver } = groupByTask(messages);
  const requests = tasks.map(({ id, messages: some }, index): PlannedRequest => {
    const context: Question = { users: some.map(({ address }) => address) };
    const body = { agent_id: settings.agentId, task_id: Number(id) };
    return {
      id: String(index + 1),
      refs: some.map(({ ref }) => ref),
      ...call(settings, notificationPath("getsendresult"), body),
      context,
    };
  });
  const answers = leftOver.map(({ ref }): QueryAnswer => ({ ref, status: "unanswered", code: "no_task_id" }));
  return { requests, answers };
}

export function settleQuery(responses: PlannedResponse[]): QueryAnswer[] {
  return responses.flatMap((response) => {
    const { users = [] } = (response.context ?? {}) as Partial<Question>;
    const saidOf = readResult(response);
    return response.refs.map((ref, index) => ({ ref, ...saidOf(users[index] ?? "") }));
  });
}

function readResult(response: PlannedResponse): (user: string) => Said {
  const { status, code, detail } = readOutcome(response);
  if (status !== "accepted") {
    return () => ({ status: "unanswered", ...(code && { code }), ...(detail && { detail }) });
  }
  const result = "body" in response ? readAnswer(response.body)?.fields.send_result : undefined;
  if (!isRecord(result)) return () => ({ status: "unanswered", code: "unreadable_answer" });
  const said = readLists(result);
  return (user) => said.get(user) ?? { status: "unanswered", code: "no_result" };
}

/** What the lists say of each user. Lists that are empty may be missing; who is in none has no result yet. */
function readLists(result: Record<string, unknown>): Map<string, Said> {
  const of = (name: string, said: Said) => listOf(result[name]).map((user) => [toWord(user), said] as const);
  const forbidden = listOf(result.forbidden_list)
    .filter(isRecord)
    .map(({ userid, code }) => [toWord(userid), undelivered(readCode(code))] as const);
  return new Map([
    // Read or not, it lies before the user.
    ...of("unread_user_id_list", { status: "delivered" }),
    ...of("read_user_id_list", { status: "delivered" }),
    ...of("failed_user_id_list", undelivered("failed_user")),
    ...of("invalid_user_id_list", undelivered("invalid_user")),
    ...of("forbidden_user_id_list", undelivered("forbidden_user")),
    // The same users once more, with the reason.
    ...forbidden,
  ]);
}

const undelivered = (code: string): Said => ({ status: "undelivered", code });

const readCode = (code: unknown): string =>
  (typeof code === "string" || typeof code === "number") && code !== ""
    ? clip(String(code), 64)
    : "forbidden_user";

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
