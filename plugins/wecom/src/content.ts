import { lengthOf, sizeOf } from "@tidings/sdk/plugin";

/** A message without its recipients, as the vendor takes it: the type, and the part that is named after it. */
export type Content =
  | { msgtype: "text"; text: { content: string } }
  | { msgtype: "markdown"; markdown: { content: string } }
  | { msgtype: "textcard"; textcard: { title: string; description: string; url: string; btntxt?: string } }
  | { msgtype: "news"; news: { articles: [Article] } };

interface Article {
  title: string;
  description: string;
  url: string;
  picurl: string;
}

export interface ContentFault {
  code: string;
  detail: string;
}

// https://developer.work.weixin.qq.com/document/path/90236 — the vendor cuts what is longer, without a word.
const TEXT_MAX_BYTES = 2048;
const TITLE_MAX_LENGTH = 128;
const DESCRIPTION_MAX_LENGTH = 512;
const URL_MAX_BYTES = 2048;
const BUTTON_MAX_LENGTH = 4;

/**
 * Chooses the message type by the fields that are filled in: a title and a link make a card, with a picture a news
 * article; else Markdown if there is any, else plain text.
 */
export function readContent(fields: Record<string, string>): Content | ContentFault {
  const { text = "", markdown = "", title = "", url = "", picUrl = "", button = "" } = fields;
  if (text.trim() === "") return { code: "empty_text", detail: "The text is empty." };
  const isCard = title !== "" || url !== "" || picUrl !== "" || button !== "";
  if (isCard && markdown !== "") {
    return { code: "mixed_content", detail: "A card has no Markdown: leave out either." };
  }
  if (isCard) return readCard({ text, title, url, picUrl, button });
  if (markdown !== "")
    return withinBytes(markdown) ?? { msgtype: "markdown", markdown: { content: markdown } };
  return withinBytes(text) ?? { msgtype: "text", text: { content: text } };
}

function readCard(
  fields: Record<"text" | "title" | "url" | "picUrl" | "button", string>,
): Content | ContentFault {
  const { text, title, url, picUrl, button } = fields;
  if (title.trim() === "" || url === "") {
    return { code: "incomplete_card", detail: "A card needs a title and a link." };
  }
  const links = picUrl === "" ? [url] : [url, picUrl];
  if (!links.every(isLink)) {
    return {
      code: "invalid_link",
      detail: "A link begins with http:// or https:// and has at most 2048 bytes.",
    };
  }
  const isLong =
    lengthOf(title) > TITLE_MAX_LENGTH ||
    lengthOf(text) > DESCRIPTION_MAX_LENGTH ||
    lengthOf(button) > BUTTON_MAX_LENGTH;
  if (isLong) {
    return {
      code: "card_too_long",
      detail: "A card takes 128 characters of title, 512 of text, 4 on its button.",
    };
  }
  if (picUrl !== "") {
    return { msgtype: "news", news: { articles: [{ title, description: text, url, picurl: picUrl }] } };
  }
  // A card's description is broken by tags, not by line feeds.
  const description = text.replace(/\r?\n/g, "<br>");
  return { msgtype: "textcard", textcard: { title, description, url, ...(button && { btntxt: button }) } };
}

function withinBytes(text: string): ContentFault | undefined {
  if (sizeOf(text) <= TEXT_MAX_BYTES) return undefined;
  return {
    code: "text_too_long",
    detail: "The vendor takes 2048 bytes of UTF-8, about 680 Chinese characters.",
  };
}

const isLink = (text: string) => /^https?:\/\/[^\s]+$/i.test(text) && sizeOf(text) <= URL_MAX_BYTES;
