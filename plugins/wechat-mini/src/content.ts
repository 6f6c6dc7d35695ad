import type { Settings } from "@tidings/sdk/plugin";
import { type ContentFault, isFault, readData, type TemplateData } from "@tidings/wechat";
import { FIELD_RULES } from "./field-rules.ts";

/** A message without its recipient, as the vendor takes it. */
export interface Content {
  template_id: string;
  data: TemplateData;
  page?: string;
  miniprogram_state: string;
  lang: string;
}

const TEMPLATE_ID = /^[A-Za-z0-9_-]{20,64}$/;
const PAGE_MAX_LENGTH = 1024;

/** https://developers.weixin.qq.com/miniprogram/dev/OpenApiDoc/mp-message-management/subscribe-message/sendMessage.html */
export function readContent(
  fields: Record<string, string>,
  { miniprogramState = "formal", lang = "zh_CN" }: Settings,
): Content | ContentFault {
  const { templateId = "", data: text = "", page = "" } = fields;
  if (!TEMPLATE_ID.test(templateId)) {
    return { code: "invalid_template_id", detail: "A template id has 20 to 64 letters, digits, - or _." };
  }
  if (page.length > PAGE_MAX_LENGTH || /\s|^[a-z]+:\/\//i.test(page)) {
    return {
      code: "invalid_page",
      detail: `A page has at most ${PAGE_MAX_LENGTH} characters and no spaces, and is no web address.`,
    };
  }
  const data = readData(text, FIELD_RULES);
  if (isFault(data)) return data;
  return {
    template_id: templateId,
    data,
    ...(page !== "" && { page }),
    miniprogram_state: String(miniprogramState),
    lang: String(lang),
  };
}
