import { randomInt } from "node:crypto";

/** The vendor answers HTTP 200 to everything; the code decides. */
export type VendorAnswer = { errcode: number; errmsg: string } & Record<string, unknown>;

export function answerOk(fields: Record<string, unknown> = {}): VendorAnswer {
  return { errcode: 0, errmsg: "ok", ...fields };
}

const MESSAGES = new Map([
  [40001, "invalid credential"],
  [40008, "invalid message type"],
  [40013, "invalid corpid"],
  [40014, "invalid access_token"],
  [40032, "invalid user list size"],
  [40035, "invalid parameter"],
  [40056, "invalid agentid"],
  [40058, "invalid request parameter"],
  [41001, "access_token missing"],
  [41010, "missing url"],
  [41011, "missing agentid"],
  [41016, "missing title"],
  [41033, "missing description"],
  [42001, "access_token expired"],
  [44004, "empty content"],
  [45008, "article count exceeds limit"],
  [45009, "api freq out of limit"],
  [50003, "app is disabled"],
  [60020, "not allow to access from your ip"],
  [81013, "user & party & tag all invalid"],
  [82001, "touser & toparty & totag all empty"],
  [301002, "no permission for this agentid"],
]);

/** A refusal, with a hint to the vendor's own log and the address that the call came from. */
export function refuse(errcode: number, ip: string): VendorAnswer {
  const hint = `hint: [${Date.now()}${randomInt(100_000, 999_999)}], from ip: ${ip}`;
  return { errcode, errmsg: `${MESSAGES.get(errcode) ?? "refused"}, ${hint}` };
}
