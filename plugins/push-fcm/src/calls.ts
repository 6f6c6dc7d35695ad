import type { PlannedRequest, Settings } from "@tidings/sdk/plugin";

type Call = Pick<PlannedRequest, "method" | "url" | "headers" | "body" | "auth">;

/** https://firebase.google.com/docs/reference/fcm/rest/v1/projects.messages/send */
export function sendCall({ endpoint, projectId }: Settings, body: object): Call {
  return {
    method: "POST",
    url: `${endpoint}/v1/projects/${projectId}/messages:send`,
    headers: { "content-type": "application/json; charset=utf-8" },
    body: JSON.stringify(body),
    auth: "account",
  };
}
