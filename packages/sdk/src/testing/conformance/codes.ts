import type { Answer } from "../conversation.ts";
import { type ConformanceInput, makeBatch, makeMessages, playBatch } from "./subject.ts";

const TRANSPORT_FAULTS: Answer[] = (["not_sent", "blocked", "ambiguous"] as const).map((error) => ({
  error,
  detail: "made up",
}));

/** The codes that a plugin's results carry: on the faults of the transport, and in its golden vectors. */
export async function findCodes(subject: ConformanceInput): Promise<Set<string>> {
  const batch = makeBatch(subject, makeMessages(subject, 1));
  const results = [];
  for (const answer of TRANSPORT_FAULTS) results.push(...(await playBatch(subject, batch, answer)));
  for (const vector of subject.vectors ?? []) {
    if (vector.call === "settle") results.push(...vector.output.results, ...(vector.output.answers ?? []));
    if (vector.call === "plan") results.push(...(vector.output.results ?? []));
    if (vector.call === "parseReceipt") results.push(...vector.output.events);
  }
  return new Set(results.flatMap(({ code }) => code ?? []));
}
