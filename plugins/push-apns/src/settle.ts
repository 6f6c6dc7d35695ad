import type { SettleInput, SettleOutput } from "@tidings/sdk/plugin";
import { readOutcome } from "./outcome.ts";
import { readVerification } from "./verify.ts";

export function settle({ op, responses, now }: SettleInput): SettleOutput {
  if (op === "verify") return { results: [], verification: readVerification(responses, now) };
  return {
    results: responses.flatMap((response) => {
      const outcome = readOutcome(response, now);
      return response.refs.map((ref) => ({ ref, ...outcome }));
    }),
  };
}
