import { sizeOf } from "@tidings/sdk/plugin";

/** A message without its recipients, as the vendor takes it. */
export type Content =
  | { msgtype: "text"; text: { content: string } }
  | { msgtype: "markdown"; markdown: { title: string; text: string } }
  | { msgtype: "action_card"; action_card: Card };

interface Card {
  title: string;
  markdown: string;
  single_title: string;
  single_url: string;
}

export interface ContentFault {
  code: string;
  detail: string;
}

/** Of the whole `msg` in UTF-8, by the vendor's page on sending. */
const MESSAGE_MAX_BYTES = 2048;
const URL_MAX_LENGTH = 500;
const DEFAULT_BUTTON = "查看详情";

/**
 * Chooses the message type by the fields that are filled in: a link makes a card, Markdown a Markdown message, both under
 * a title. What stands in `footer` ends the text that is read.
 * https://open.dingtalk.com/document/orgapp/message-types-and-data-format
 */
export function readContent(fields: Record<string, string>, footer = ""): Content | ContentFault {
  const content = chooseType(fields, footer);
  if ("code" in content || sizeOf(JSON.stringify(content)) <= MESSAGE_MAX_BYTES) return content;
  return {
    code: "message_too_long",
    detail:
      "The vendor takes 2048 bytes of UTF-8 with all that belongs to the message, about 600 Chinese characters.",
  };
}

function chooseType(
  { text = "", title = "", markdown = "", url = "", button = "" }: Record<string, string>,
  footer: string,
): Content | ContentFault {
  if (text.trim() === "") return { code: "empty_text", detail: "The text is empty." };
  const body = (markdown || text) + footer;
  if (url !== "" || button !== "") return readCard({ title, markdown: body, url, button });
  if (markdown === "" && title !== "") {
    return { code: "incomplete_card", detail: "A title needs Markdown or a link." };
  }
  if (markdown === "") return { msgtype: "text", text: { content: body } };
  if (title.trim() === "") return { code: "missing_title", detail: "Markdown needs a title." };
  return { msgtype: "markdown", markdown: { title, text: body } };
}

function readCard({
  title,
  markdown,
  url,
  button,
}: Record<"title" | "markdown" | "url" | "button", string>): Content | ContentFault {
  if (title.trim() === "" || url === "") {
    return { code: "incomplete_card", detail: "A card needs a title and a link." };
  }
  if (!/^https?:\/\/[^\s]+$/i.test(url) || url.length > URL_MAX_LENGTH) {
    return {
      code: "invalid_link",
      detail: "A link begins with http:// or https:// and has at most 500 characters.",
    };
  }
  const card = { title, markdown, single_title: button || DEFAULT_BUTTON, single_url: url };
  return { msgtype: "action_card", action_card: card };
}
