import {
  answerOk,
  findFieldFault,
  makeMsgid,
  refuse,
  render,
  type SimulatedNotice,
  type Vendor,
  type VendorAnswer,
} from "@tidings/wechat/simulator";
import { type Relation, relationOf } from "./relation.ts";
import type { AccountTemplate } from "./templates.ts";

const REMEMBERED_MS = 600_000;

type Fields = Record<string, unknown>;

interface Call {
  openId: string;
  relation: Exclude<Relation, "invalid">;
  template: AccountTemplate;
}

const TEMPLATE_FATES: Record<Call["relation"], [SimulatedNotice["state"], string]> = {
  follower: ["arrived", "success"],
  stranger: ["failed", "failed: system failed"],
  blocking: ["blocked", "failed:user block"],
  unlucky: ["failed", "failed: system failed"],
};

export interface OperationsDeps extends Pick<Vendor, "inbox" | "allowances" | "users" | "tell"> {
  templates: readonly AccountTemplate[];
}

/** The account's side of the vendor: sending in two ways, and listing the templates. */
export class Operations {
  readonly #deps: OperationsDeps;
  /** What was sent under each `client_msg_id`. */
  readonly #sent = new Map<string, { msgid: string; at: number }>();

  constructor(deps: OperationsDeps) {
    this.#deps = deps;
  }

  /** A template message: to a follower, and once for each `client_msg_id` within ten minutes. */
  sendTemplate(body: Fields, now: number): VendorAnswer {
    const call = this.#read(body, "template");
    if ("refusal" in call) return call.refusal;
    const { openId, relation, template } = call;
    const key = body.client_msg_id ? `${openId} ${body.client_msg_id}` : "";
    const earlier = this.#sent.get(key);
    if (earlier && now - earlier.at < REMEMBERED_MS) return answerOk({ msgid: earlier.msgid });
    const [state, Status] = TEMPLATE_FATES[relation];
    const { msgid } = this.#deliver(template, body, state, now);
    if (key !== "") this.#sent.set(key, { msgid, at: now });
    this.#deps.tell({ openId, name: "TEMPLATESENDJOBFINISH", fields: { MsgID: msgid, Status } });
    return answerOk({ msgid });
  }

  /** A subscription notice: uses up one consent of the user, follower or not. */
  sendSubscription(body: Fields, now: number): VendorAnswer {
    const call = this.#read(body, "one-time");
    if ("refusal" in call) return call.refusal;
    const { openId, relation, template } = call;
    if (!this.#deps.users.allows(openId, now)) return refuse(43108);
    if (!this.#deps.allowances.use(openId, template.id)) return refuse(43101);
    const isLost = relation === "unlucky";
    const { msgid } = this.#deliver(template, body, isLost ? "failed" : "arrived", now);
    const outcome = isLost
      ? { ErrorCode: "-1", ErrorStatus: "system failed" }
      : { ErrorCode: "0", ErrorStatus: "success" };
    const list = [{ TemplateId: template.id, MsgID: msgid, ...outcome }];
    this.#deps.tell({ openId, name: "subscribe_msg_sent_event", list });
    return answerOk({ msgid });
  }

  listTemplates(): VendorAnswer {
    const template_list = this.#deps.templates
      .filter(({ kind }) => kind === "template")
      .map(({ id, title, fields }) => ({
        template_id: id,
        title,
        content: fields.map(([label, key]) => `${label}:{{${key}.DATA}}`).join("\n"),
      }));
    return { template_list };
  }

  /** Whom and what a call is about, or its refusal. */
  #read(body: Fields, kind: AccountTemplate["kind"]): Call | { refusal: VendorAnswer } {
    const openId = String(body.touser ?? "");
    const relation = relationOf(openId);
    if (relation === "invalid") return { refusal: refuse(40003) };
    const template = this.#deps.templates.find((one) => one.id === body.template_id && one.kind === kind);
    if (!template) return { refusal: refuse(40037) };
    if (relation === "stranger" && kind === "template") return { refusal: refuse(43004) };
    const fault = findFieldFault(template, body.data);
    return fault === undefined ? { openId, relation, template } : { refusal: refuse(47003, fault) };
  }

  #deliver(
    template: AccountTemplate,
    body: Fields,
    state: SimulatedNotice["state"],
    at: number,
  ): SimulatedNotice {
    const notice: SimulatedNotice = {
      msgid: makeMsgid(),
      to: String(body.touser),
      text: render(template, body.data),
      link: linkOf(body),
      at,
      state,
      ...(typeof body.client_msg_id === "string" && { ref: body.client_msg_id }),
    };
    this.#deps.inbox.add([notice]);
    return notice;
  }
}

function linkOf({ url, page, miniprogram }: Fields): string {
  const { appid = "", pagepath = "" } = (miniprogram ?? {}) as Record<string, unknown>;
  return appid ? `${appid} ${pagepath}` : String(url ?? page ?? "");
}
