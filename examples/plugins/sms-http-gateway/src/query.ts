import type {
  FollowUpInput,
  PlannedResponse,
  QueryAnswer,
  QueryOutput,
  QueryStatus,
  SettleOutput,
} from "@tidings/sdk/plugin";
import { clip, isObject, parseObject, readText } from "./text.ts";

const STATUSES: Record<string, QueryStatus> = {
  accepted: "accepted",
  delivered: "delivered",
  failed: "undelivered",
  not_found: "not_found",
};

/** Asks about messages by our own references: the gateway knows them even where its answer was lost. */
export function query({ messages, settings }: FollowUpInput): QueryOutput {
  if (messages.length === 0) return { requests: [] };
  const refs = messages.map(({ ref }) => ref);
  return {
    requests: [
      {
        id: "reports",
        refs,
        method: "POST",
        url: `${settings.endpoint}/reports`,
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ refs }),
        auth: "api",
      },
    ],
  };
}

export const settleQuery = (responses: PlannedResponse[]): SettleOutput => ({
  results: [],
  answers: responses.flatMap(readAnswers),
});

function readAnswers(response: PlannedResponse): QueryAnswer[] {
  const body = "body" in response && response.status === 200 ? parseObject(response.body) : undefined;
  const told = new Map<string, QueryAnswer>();
  for (const entry of Array.isArray(body?.reports) ? body.reports : []) {
    const answer = isObject(entry) ? readAnswer(entry, body?.complete === true) : undefined;
    if (answer) told.set(answer.ref, answer);
  }
  return response.refs.map((ref) => told.get(ref) ?? { ref, status: "unanswered" });
}

function readAnswer(entry: Record<string, unknown>, isComplete: boolean): QueryAnswer | undefined {
  const ref = readText(entry.ref);
  const status = STATUSES[readText(entry.status) ?? ""];
  if (!ref || !status) return undefined;
  // A message that is not found is sent again: only a gateway that has looked everywhere may say so.
  if (status === "not_found") return { ref, status: isComplete ? status : "unanswered" };
  const at = Date.parse(readText(entry.at) ?? "");
  const id = readText(entry.id);
  const code = readText(entry.code);
  return {
    ref,
    status,
    ...(Number.isFinite(at) && { at }),
    ...(id && status !== "accepted" && { eventId: `${id}:${status}` }),
    ...(code && status === "undelivered" && { code: clip(code, 64) }),
  };
}
