import { sizeOf } from "@tidings/sdk/plugin";

/** A message without its recipient, as the vendor takes it: `content` is JSON in a string. */
export interface Content {
  msg_type: "text" | "post" | "interactive";
  content: string;
}

export interface ContentFault {
  code: string;
  detail: string;
}

/** Of a request's body, by the vendor's page on sending; what is put around the content takes less than the rest. */
const TEXT_MAX_BYTES = 149 * 1024;
const RICH_MAX_BYTES = 29 * 1024;
const URL_MAX_LENGTH = 2000;
const DEFAULT_BUTTON = "查看详情";

/**
 * Chooses the message type by the fields that are filled in: a link or Markdown makes a card, a title alone rich text.
 * https://open.feishu.cn/document/server-docs/im-v1/message-content-description/create_json
 */
export function readContent(fields: Record<string, string>): Content | ContentFault {
  const { text = "", title = "", markdown = "", url = "", button = "" } = fields;
  if (text.trim() === "") return { code: "empty_text", detail: "The text is empty." };
  if (markdown !== "" || url !== "" || button !== "") return readCard({ text, title, markdown, url, button });
  if (title === "") return limit("text", { text }, TEXT_MAX_BYTES);
  const lines = text.split(/\r?\n/).map((line) => [{ tag: "text", text: line }]);
  return limit("post", { zh_cn: { title, content: lines } }, RICH_MAX_BYTES);
}

function readCard({
  text,
  title,
  markdown,
  url,
  button,
}: Record<"text" | "title" | "markdown" | "url" | "button", string>): Content | ContentFault {
  if (url === "" && button !== "") return { code: "incomplete_card", detail: "A button needs a link." };
  if (url !== "" && (!/^https?:\/\/[^\s]+$/i.test(url) || url.length > URL_MAX_LENGTH)) {
    return {
      code: "invalid_link",
      detail: "A link begins with http:// or https:// and has at most 2000 characters.",
    };
  }
  const body = markdown === "" ? { tag: "div", text: plain(text) } : { tag: "markdown", content: markdown };
  const card = {
    config: { wide_screen_mode: true },
    ...(title !== "" && { header: { title: plain(title) } }),
    elements: url === "" ? [body] : [body, makeButton(button || DEFAULT_BUTTON, url)],
  };
  return limit("interactive", card, RICH_MAX_BYTES);
}

const plain = (content: string) => ({ tag: "plain_text", content });

const makeButton = (label: string, url: string) => ({
  tag: "action",
  actions: [{ tag: "button", text: plain(label), type: "primary", url }],
});

function limit(type: Content["msg_type"], value: object, maxBytes: number): Content | ContentFault {
  const content = JSON.stringify(value);
  // In the request it is a string, with its quotation marks escaped.
  if (sizeOf(JSON.stringify(content)) <= maxBytes) return { msg_type: type, content };
  return {
    code: "message_too_long",
    detail: "The vendor takes 150 KB of text, 30 KB of rich text or of a card.",
  };
}
