import type { PlannedRequest, Settings } from "@tidings/sdk/plugin";

type Call = Pick<PlannedRequest, "method" | "url" | "headers" | "body" | "auth">;

/** A call of the push interface: https://docs.jiguang.cn/jpush/server/push/server_overview */
export function pushCall(settings: Settings, method: "POST" | "DELETE", path: string, body?: object): Call {
  const url = urlOf(settings.endpoint, path);
  return { method, url, auth: "api", ...(body && withJson(JSON.stringify(body))) };
}

/** A question to the report interface, which has a host and a limit of its own. */
export function reportCall(settings: Settings, path: string, json: string): Call {
  return { method: "POST", url: urlOf(settings.reportEndpoint, path), auth: "api", ...withJson(json) };
}

const urlOf = (endpoint: unknown, path: string) => `${String(endpoint).replace(/\/+$/, "")}${path}`;

const withJson = (body: string) => ({ headers: { "content-type": "application/json; charset=utf-8" }, body });
