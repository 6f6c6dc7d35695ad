import type { Json, PlannedRequest, Settings } from "@tidings/sdk/plugin";

type Call = Pick<PlannedRequest, "method" | "url" | "headers" | "body" | "auth">;

/** A call of the vendor's interface: https://docs.jiguang.cn/jsms/server/rest_api_summary */
export function apiCall(settings: Settings, path: string, body?: Record<string, Json>): Call {
  const url = `${String(settings.endpoint).replace(/\/+$/, "")}${path}`;
  const headers = { "content-type": "application/json" };
  return body
    ? { method: "POST", url, headers, body: JSON.stringify(body), auth: "api" }
    : { method: "GET", url, headers, auth: "api" };
}
