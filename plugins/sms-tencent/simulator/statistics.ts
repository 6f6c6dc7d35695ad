import type { Inbox } from "@tidings/sdk/testing";
import type { Account, SimulatedSms } from "./account.ts";
import { answer, refusal, type VendorAnswer } from "./answers.ts";

/** How much was sent between two hours in Beijing; the simulator counts all it has. */
export function sendStatistics(
  account: Account,
  inbox: Inbox<SimulatedSms>,
  {
    SmsSdkAppId: sdkAppId,
    BeginTime: begin,
    EndTime: end,
    Limit: limit,
    Offset: offset,
  }: Record<string, unknown>,
): VendorAnswer {
  if (sdkAppId !== account.sdkAppId) return refusal("UnauthorizedOperation.SmsSdkAppIdVerifyFail");
  if (!isHour(begin)) return refusal("InvalidParameterValue.BeginTimeVerifyFail");
  if (!isHour(end) || end <= begin) return refusal("InvalidParameterValue.EndTimeVerifyFail");
  if (limit !== 0 || offset !== 0) return refusal("InvalidParameterValue.LimitVerifyFail");
  const count = inbox.messages.length;
  return answer({
    SendStatusStatistics: { FeeCount: count, RequestCount: count, RequestSuccessCount: count },
  });
}

const isHour = (value: unknown): value is string => typeof value === "string" && /^\d{10}$/.test(value);
