import type { PlannedRequest, Settings } from "@tidings/sdk/plugin";

type Call = Pick<PlannedRequest, "method" | "url" | "headers" | "body" | "auth">;

const SERVERS = {
  production: "https://api.push.apple.com",
  development: "https://api.sandbox.push.apple.com",
};

/** https://developer.apple.com/documentation/usernotifications/sending-notification-requests-to-apns */
export function pushCall(
  settings: Settings,
  device: string,
  headers: Record<string, string>,
  body: string,
): Call {
  const { environment, endpoint, topic } = settings;
  const server = endpoint || SERVERS[environment === "development" ? "development" : "production"];
  return {
    method: "POST",
    url: `${server}/3/device/${device}`,
    headers: { "content-type": "application/json", "apns-topic": String(topic), ...headers },
    body,
    auth: "provider",
  };
}
