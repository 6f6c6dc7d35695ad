import { randomBytes } from "node:crypto";

/** The vendor's answer: a status, and a code in the body. */
export interface VendorAnswer {
  status: 200 | 400 | 429;
  body: { code: number; msg: string } & Record<string, unknown>;
  headers?: Record<string, string>;
}

export function answerOk(fields: Record<string, unknown> = {}): VendorAnswer {
  return { status: 200, body: { code: 0, msg: "success", ...fields } };
}

const MESSAGES = new Map([
  [230001, "Your request contains an invalid request parameter."],
  [230006, "Bot ability is not activated."],
  [230009, "Message can only be recalled within one days."],
  [230011, "The message is recalled."],
  [230013, "Bot has NO availability to this user."],
  [230020, "This operation triggers the frequency limit."],
  [230025, "The length of the message content reaches its limit."],
  [230026, "No permission to recall this message."],
  [230027, "Lack of necessary permissions."],
  [230053, "The user has stopped the bot from sending messages."],
  [230099, "Failed to create card content"],
  [99991401, "ip is denied by app setting"],
  [99991661, "Missing access token for authorization."],
  [99991663, "Invalid access token for authorization."],
  [99992351, "not a valid open_id"],
  [99992402, "field validation failed"],
]);

export function refuse(code: number, detail = ""): VendorAnswer {
  const msg = `${MESSAGES.get(code) ?? "refused"}${detail}`;
  return {
    status: 400,
    body: { code, msg, error: { log_id: randomBytes(16).toString("hex").toUpperCase() } },
  };
}

/** The app is called too fast; a header says how many seconds to wait. */
export function askForPatience(resetSeconds: number): VendorAnswer {
  return {
    status: 429,
    body: { code: 99991400, msg: "request trigger frequency limit" },
    headers: { "x-ogw-ratelimit-limit": "50", "x-ogw-ratelimit-reset": String(resetSeconds) },
  };
}
