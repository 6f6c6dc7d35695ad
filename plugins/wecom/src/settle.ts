import {
  clip,
  type Outcome,
  type PlannedResponse,
  type SendResult,
  type SettleInput,
  type SettleOutput,
} from "@tidings/sdk/plugin";
import { readAnswer, readOutcome } from "./outcome.ts";
import type { SendContext } from "./plan.ts";
import { settleRecall } from "./recall.ts";
import { readVerification } from "./verify.ts";

export function settle({ op, responses }: SettleInput): SettleOutput {
  if (op === "verify") return { results: [], verification: readVerification(responses) };
  if (op === "recall") return { results: [], recalls: settleRecall(responses) };
  return { results: responses.flatMap(settleSend) };
}

/** A call that the vendor accepts may leave out some of its users: it names them, and sends to the rest. */
function settleSend(response: PlannedResponse): SendResult[] {
  const outcome = readOutcome(response);
  const answer = outcome.status === "accepted" && "body" in response ? readAnswer(response.body) : undefined;
  if (!answer) return response.refs.map((ref) => ({ ref, ...outcome }));
  const { users = [], isWholeBatch = false } = (response.context ?? {}) as Partial<SendContext>;
  const { invaliduser, unlicenseduser, msgid } = answer.fields;
  const leftOut = new Map<string, Outcome>([
    ...listUsers(invaliduser).map((user) => [user, refusalOf("invalid_user")] as const),
    ...listUsers(unlicenseduser).map((user) => [user, refusalOf("unlicensed_user")] as const),
  ]);
  const id = typeof msgid === "string" ? clip(msgid, 200) : "";
  const isShared = response.refs.length > 1;
  // An id of its own costs the host a row for each message, which one call for all does without.
  const own = !isShared || !isWholeBatch;
  const accepted: Outcome = {
    ...outcome,
    ...(id && own && { vendorId: id }),
    ...(id && isShared && { batchVendorId: id }),
  };
  return response.refs.map((ref, index) => ({ ref, ...(leftOut.get(users[index] ?? "") ?? accepted) }));
}

const refusalOf = (code: string): Outcome => ({ status: "rejected", code });

function listUsers(value: unknown): string[] {
  return typeof value === "string" ? value.toLowerCase().split("|").filter(Boolean) : [];
}
