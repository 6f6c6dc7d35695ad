import { type ContentFault, isFault, readData, type TemplateData } from "@tidings/wechat";
import { FIELD_RULES } from "./field-rules.ts";

/** A message without its recipient, as one of the two interfaces takes it. */
export type Content =
  | { kind: "template"; body: { template_id: string; data: TemplateData; url?: string } & MiniProgramLink }
  | {
      kind: "subscription";
      body: { template_id: string; data: TemplateData; page?: string } & MiniProgramLink;
    };

interface MiniProgramLink {
  miniprogram?: { appid: string; pagepath?: string };
}

const TEMPLATE_ID = /^[A-Za-z0-9_-]{20,64}$/;
const APP_ID = /^wx[A-Za-z0-9]{8,30}$/;
const LINK = /^https?:\/\/[^\s]+$/i;
const LINK_MAX_LENGTH = 2048;
const PATH_MAX_LENGTH = 1024;

/**
 * Chooses the interface by the field that is filled in: the id of a template message, or of a subscription notice. With a
 * mini program and a link the mini program is opened, and the link where there is none:
 * https://developers.weixin.qq.com/doc/service/api/notify/template/api_sendtemplatemessage
 */
export function readContent(fields: Record<string, string>): Content | ContentFault {
  const { templateId = "", subscriptionId = "", data: text = "" } = fields;
  const chosen = templateId || subscriptionId;
  if (chosen === "") return { code: "no_template", detail: "Neither kind of template is named." };
  if (templateId !== "" && subscriptionId !== "") {
    return {
      code: "two_templates",
      detail: "Name one template: of a template message or of a subscription.",
    };
  }
  if (!TEMPLATE_ID.test(chosen)) {
    return { code: "invalid_template_id", detail: "A template id has 20 to 64 letters, digits, - or _." };
  }
  const link = readLink(fields);
  if ("code" in link) return link;
  const data = readData(text, FIELD_RULES);
  if (isFault(data)) return data;
  const { url, ...miniProgram } = link;
  return templateId !== ""
    ? { kind: "template", body: { template_id: chosen, data, ...(url && { url }), ...miniProgram } }
    : {
        kind: "subscription",
        body: { template_id: chosen, data, ...(url && { page: url }), ...miniProgram },
      };
}

function readLink(fields: Record<string, string>): ({ url?: string } & MiniProgramLink) | ContentFault {
  const { url = "", miniAppId = "", miniPath = "" } = fields;
  if (url !== "" && (!LINK.test(url) || url.length > LINK_MAX_LENGTH)) {
    return {
      code: "invalid_link",
      detail: `A link begins with http:// or https:// and has at most ${LINK_MAX_LENGTH} characters.`,
    };
  }
  if (miniAppId === "" && miniPath !== "") {
    return { code: "incomplete_mini_program", detail: "A page of a mini program needs the program's AppID." };
  }
  if (
    miniAppId !== "" &&
    (!APP_ID.test(miniAppId) || miniPath.length > PATH_MAX_LENGTH || /\s/.test(miniPath))
  ) {
    return {
      code: "invalid_mini_program",
      detail: `An AppID begins with wx; a page has at most ${PATH_MAX_LENGTH} characters and no spaces.`,
    };
  }
  return {
    ...(url !== "" && { url }),
    ...(miniAppId !== "" && {
      miniprogram: { appid: miniAppId, ...(miniPath !== "" && { pagepath: miniPath }) },
    }),
  };
}
