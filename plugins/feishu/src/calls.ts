import type { PlannedRequest, Settings } from "@tidings/sdk/plugin";

type Call = Pick<PlannedRequest, "method" | "url" | "headers" | "body" | "auth">;

/** A call of the interface; the host's `access-token` scheme sets the header `authorization`. */
export function call(
  settings: Settings,
  method: "GET" | "POST" | "DELETE",
  path: string,
  body?: object,
): Call {
  const url = `${String(settings.endpoint).replace(/\/+$/, "")}/open-apis/${path}`;
  if (!body) return { method, url, auth: "app" };
  const headers = { "content-type": "application/json; charset=utf-8" };
  return { method, url, headers, body: JSON.stringify(body), auth: "app" };
}
