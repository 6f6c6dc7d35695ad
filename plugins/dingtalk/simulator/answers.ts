import { randomInt } from "node:crypto";

/** The vendor answers HTTP 200 to everything; the code decides. */
export type VendorAnswer = { errcode: number; errmsg: string; request_id: string } & Record<string, unknown>;

export function answerOk(fields: Record<string, unknown> = {}): VendorAnswer {
  return { errcode: 0, errmsg: "ok", ...fields, request_id: makeRequestId() };
}

const MESSAGES = new Map([
  [-1, "系统繁忙"],
  [40008, "不合法的消息类型"],
  [40014, "不合法的access_token"],
  [40031, "不合法的UserID列表"],
  [40032, "不合法的UserID列表长度"],
  [40035, "不合法的参数"],
  [40056, "不合法的agentid"],
  [40089, "不合法的corpid或corpsecret"],
  [41001, "缺少access_token"],
  [42001, "access_token超时"],
  [45002, "消息内容超过限制"],
  [60011, "没有调用该接口的权限"],
  [60020, "访问ip不在白名单之中"],
  [90018, "请求被限流"],
]);

/** A refusal of the interface itself. */
export function refuse(errcode: number): VendorAnswer {
  return { errcode, errmsg: MESSAGES.get(errcode) ?? "refused", request_id: makeRequestId() };
}

/** A refusal of the gateway before the interface: a code of its own, and the word in `sub_code`. */
export function refuseAtGateway(code: number, detail = ""): VendorAnswer {
  const message = `${MESSAGES.get(code) ?? "refused"}${detail}`;
  return {
    errcode: 88,
    sub_code: String(code),
    sub_msg: message,
    errmsg: `ding talk error[subcode=${code},submsg=${message}]`,
    request_id: makeRequestId(),
  };
}

const makeRequestId = () => `${randomInt(1e9).toString(36)}${randomInt(1e9).toString(36)}`;
