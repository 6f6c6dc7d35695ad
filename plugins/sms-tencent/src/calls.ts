import type { Json, PlannedRequest, Settings } from "@tidings/sdk/plugin";

const API_VERSION = "2021-01-11";

/**
 * A call of the vendor's interface: always a POST of JSON to `/`, the operation named in a header. The `tc3` scheme of the
 * host adds timestamp and signature. https://cloud.tencent.com/document/api/213/30654
 */
export function apiCall(
  settings: Settings,
  action: string,
  parameters: Record<string, Json>,
): Pick<PlannedRequest, "method" | "url" | "headers" | "body" | "auth"> {
  return {
    method: "POST",
    url: `${String(settings.endpoint).replace(/\/+$/, "")}/`,
    headers: {
      "content-type": "application/json; charset=utf-8",
      "x-tc-action": action,
      "x-tc-version": API_VERSION,
      "x-tc-region": String(settings.region),
    },
    body: JSON.stringify({ SmsSdkAppId: String(settings.sdkAppId), ...parameters }),
    auth: "api",
  };
}
