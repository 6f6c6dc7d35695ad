import type { SettleInput, SettleOutput } from "@tidings/sdk/plugin";
import { settleSend } from "@tidings/wechat";
import { readVerification } from "./verify.ts";

export function settle({ op, responses }: SettleInput): SettleOutput {
  if (op === "verify") return { results: [], verification: readVerification(responses) };
  return { results: responses.flatMap(settleSend) };
}
