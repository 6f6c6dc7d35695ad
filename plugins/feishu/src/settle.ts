import {
  isRecord,
  type PlannedResponse,
  readText,
  type SendResult,
  type SettleInput,
  type SettleOutput,
} from "@tidings/sdk/plugin";
import { readAnswer, readOutcome } from "./outcome.ts";
import { settleRecall } from "./recall.ts";
import { readVerification } from "./verify.ts";

export function settle({ op, responses }: SettleInput): SettleOutput {
  if (op === "verify") return { results: [], verification: readVerification(responses) };
  if (op === "recall") return { results: [], recalls: settleRecall(responses) };
  return { results: responses.flatMap(settleSend) };
}

function settleSend(response: PlannedResponse): SendResult[] {
  const outcome = readOutcome(response);
  const data =
    outcome.status === "accepted" && "body" in response ? readAnswer(response.body)?.fields.data : undefined;
  const vendorId = isRecord(data) ? readText(data.message_id, 200) : "";
  return response.refs.map((ref) => ({ ref, ...outcome, ...(vendorId && { vendorId }) }));
}
