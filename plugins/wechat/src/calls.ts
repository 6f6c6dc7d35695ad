import type { PlannedRequest, Settings } from "@tidings/sdk/plugin";

/** A call of the interface; the host's `access-token` scheme sets the query parameter `access_token`. */
export function call(
  settings: Settings,
  path: string,
  body?: object,
): Pick<PlannedRequest, "method" | "url" | "headers" | "body" | "auth"> {
  const url = `${String(settings.endpoint).replace(/\/+$/, "")}/${path}`;
  if (!body) return { method: "GET", url, auth: "account" };
  const headers = { "content-type": "application/json; charset=utf-8" };
  return { method: "POST", url, headers, body: JSON.stringify(body), auth: "account" };
}
