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
import type { ProgramTemplate } from "./templates.ts";

const STATES = ["formal", "trial", "developer"];
const LANGUAGES = ["zh_CN", "en_US", "zh_HK", "zh_TW"];
const ONE_TIME = 2;
const LONG_TERM = 3;

type Fields = Record<string, unknown>;

interface Call {
  openId: string;
  relation: Exclude<Relation, "invalid">;
  template: ProgramTemplate;
}

export interface OperationsDeps extends Pick<Vendor, "inbox" | "allowances" | "users" | "tell"> {
  templates: readonly ProgramTemplate[];
  /** The pages of the published program. */
  pages: readonly string[];
}

/** The mini program's side of the vendor: sending, and listing the templates. */
export class Operations {
  readonly #deps: OperationsDeps;

  constructor(deps: OperationsDeps) {
    this.#deps = deps;
  }

  /** Of a one-time template it uses up one consent of the user; a long-term one needs a consent and keeps it. */
  send(body: Fields, now: number): VendorAnswer {
    const call = this.#read(body);
    if ("refusal" in call) return call.refusal;
    const { openId, relation, template } = call;
    if (!this.#deps.users.allows(openId, now)) return refuse(43108);
    if (!this.#mayReach(openId, template)) return refuse(43101);
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
    const data = this.#deps.templates.map(({ id, title, kind, fields }) => ({
      priTmplId: id,
      title,
      content: fields.map(([label, key]) => `${label}:{{${key}.DATA}}\n`).join(""),
      type: kind === "one-time" ? ONE_TIME : LONG_TERM,
    }));
    return answerOk({ data });
  }

  /** Whom and what a call is about, or its refusal. */
  #read(body: Fields): Call | { refusal: VendorAnswer } {
    const openId = String(body.touser ?? "");
    const relation = relationOf(openId);
    if (relation === "invalid") return { refusal: refuse(40003) };
    const template = this.#deps.templates.find(({ id }) => id === body.template_id);
    if (!template) return { refusal: refuse(40037) };
    const { page = "", miniprogram_state: state = "formal", lang = "zh_CN" } = body;
    const [path = ""] = String(page).replace(/^\//, "").split("?");
    if (path !== "" && !this.#deps.pages.includes(path)) return { refusal: refuse(41030) };
    if (!STATES.includes(String(state)) || !LANGUAGES.includes(String(lang)))
      return { refusal: refuse(47001) };
    const fault = findFieldFault(template, body.data);
    return fault === undefined ? { openId, relation, template } : { refusal: refuse(47003, fault) };
  }

  #mayReach(openId: string, { id, kind }: ProgramTemplate): boolean {
    const { allowances } = this.#deps;
    return kind === "long-term" ? allowances.left(openId, id) > 0 : allowances.use(openId, id);
  }

  #deliver(
    template: ProgramTemplate,
    body: Fields,
    state: SimulatedNotice["state"],
    at: number,
  ): SimulatedNotice {
    const { page = "", miniprogram_state: version = "formal" } = body;
    const notice: SimulatedNotice = {
      msgid: makeMsgid(),
      to: String(body.touser),
      text: render(template, body.data),
      link: version === "formal" ? String(page) : `${page} (${version})`,
      at,
      state,
    };
    this.#deps.inbox.add([notice]);
    return notice;
  }
}
