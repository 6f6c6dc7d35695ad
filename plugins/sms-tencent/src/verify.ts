import {
  BEIJING_OFFSET_MS,
  isRecord,
  type PlannedResponse,
  reasonOf,
  type Verification,
  type VerifyInput,
  type VerifyOutput,
} from "@tidings/sdk/plugin";
import { apiCall } from "./calls.ts";
import { readAnswer, readOutcome } from "./outcome.ts";

const HOUR_MS = 60 * 60 * 1000;

/**
 * Reads how many messages were sent in the last hour: it costs nothing, and proves the keys and the application at once.
 * The signature can only be asked for by an ID that no other call needs.
 */
export function verify({ settings, now }: VerifyInput): VerifyOutput {
  const call = apiCall(settings, "SendStatusStatistics", {
    BeginTime: hourOf(now - HOUR_MS),
    EndTime: hourOf(now),
    Limit: 0,
    Offset: 0,
  });
  return { requests: [{ id: "statistics", refs: [], ...call }] };
}

/** The hour in Beijing, `yyyymmddhh`. */
const hourOf = (at: number) =>
  new Date(at + BEIJING_OFFSET_MS).toISOString().slice(0, 13).replace(/[-T]/g, "");

export function readVerification([response]: PlannedResponse[]): Verification {
  if (!response) return { ok: false, code: "no_answer" };
  const outcome = readOutcome(response);
  if (outcome.status !== "accepted") return { ok: false, ...reasonOf(outcome) };
  const statistics = "body" in response ? readAnswer(response.body)?.SendStatusStatistics : undefined;
  return isRecord(statistics) ? { ok: true } : { ok: false, code: "unreadable_answer" };
}
