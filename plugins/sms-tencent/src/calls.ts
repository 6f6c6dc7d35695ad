import type { Json, PlannedRequest, Settings } from "@tidings/sdk/plugin";

const API_VERSION = "2021-01-11";

type Call = Pick<PlannedRequest, "method" | "url" | "headers" | "body" | "auth">;

/** A call on behalf of the application. */
export const apiCall = (settings: Settings, action: string, parameters: Record<string, Json>): Call =>
  accountCall(settings, action, { SmsSdkAppId: String(settings.sdkAppId), ...parameters });

/**
 * A call of the vendor's interface: always a POST of JSON to `/`, the operation named in a header. The `tc3` scheme of the
 * host adds timestamp and signature. https://cloud.tencent.com/document/api/213/30654
 *
 * The vendor refuses parameters that an operation does not have: what is about the account takes no application.
 */
export function accountCall(settings: Settings, action: string, parameters: Record<string, Json>): Call {
  return {
    method: "POST",
    url: `${String(settings.endpoint).replace(/\/+$/, "")}/`,
    headers: {
      "content-type": "application/json; charset=utf-8",
      "x-tc-action": action,
      "x-tc-version": API_VERSION,
      "x-tc-region": String(settings.region),
    },
    body: JSON.stringify(parameters),
    auth: "api",
  };
}
