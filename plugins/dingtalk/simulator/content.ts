/** What a user reads. */
export interface ReadableContent {
  text: string;
  url: string;
}

type Fields = Record<string, unknown>;

const MESSAGE_MAX_BYTES = 2048;

/** What a message shows, or the code of the refusal. */
export function readContent(msg: unknown): ReadableContent | number {
  const message = fieldsOf(msg);
  const { msgtype } = message;
  if (Buffer.byteLength(JSON.stringify(message)) > MESSAGE_MAX_BYTES) return 45002;
  const part = fieldsOf(message[String(msgtype)]);
  switch (msgtype) {
    case "text":
      return show([part.content], "");
    case "markdown":
      return show([part.title, part.text], "");
    case "action_card":
      return isText(part.single_title) && isText(part.single_url)
        ? show([part.title, part.markdown], part.single_url)
        : 40035;
    default:
      return 40008;
  }
}

const fieldsOf = (value: unknown): Fields =>
  typeof value === "object" && value !== null ? (value as Fields) : {};

const isText = (value: unknown): value is string => typeof value === "string" && value !== "";

function show(texts: unknown[], url: string): ReadableContent | number {
  return texts.every(isText) ? { text: texts.join("\n"), url } : 40035;
}
