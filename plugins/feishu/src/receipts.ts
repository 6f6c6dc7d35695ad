import {
  isRecord,
  parseJson,
  type ReceiptEvent,
  type ReceiptInput,
  type ReceiptOutput,
  readText,
  type Settings,
  toNumber,
} from "@tidings/sdk/plugin";

const READ = "im.message.message_read_v1";
/** More than a push holds; what is above is not read. */
const MAX_MESSAGES = 1000;

/**
 * Reads a push of an event: https://open.feishu.cn/document/server-docs/im-v1/message/events/message_read
 *
 * The address of the channel is secret, so the app's id is checked only to tell a mix-up. Events that are encrypted
 * cannot be read here, because the key is a secret.
 */
export function parseReceipt({ body, settings }: ReceiptInput): ReceiptOutput {
  const push = parseJson(body);
  if (!isRecord(push)) return refuse("not a JSON object");
  if (typeof push.encrypt === "string") return refuse("events are encrypted; leave the Encrypt Key empty");
  if (push.type === "url_verification") return answerChallenge(push.challenge);
  const { header, event } = push;
  if (!isRecord(header) || typeof header.event_type !== "string") return refuse("not an event of schema 2.0");
  if (!isOwn(header, settings)) return refuse("an event of another app");
  const events = header.event_type === READ && isRecord(event) ? readReaders(event) : [];
  // Events of other types are taken too: the vendor would push them again and again.
  return { events, reply: reply(200, {}) };
}

const isOwn = (header: Record<string, unknown>, { appId }: Settings) => header.app_id === appId;

/** How the vendor makes sure that the address is listening, when somebody enters it. */
function answerChallenge(challenge: unknown): ReceiptOutput {
  const text = readText(challenge, 200);
  return text === "" ? refuse("no challenge") : { events: [], reply: reply(200, { challenge: text }) };
}

/** One event for each message: there is nobody else in the chat who could read it. */
function readReaders({ reader, message_id_list: ids }: Record<string, unknown>): ReceiptEvent[] {
  const at = isRecord(reader) ? toNumber(reader.read_time) : 0;
  if (!Number.isSafeInteger(at) || at <= 0 || !Array.isArray(ids)) return [];
  return ids
    .slice(0, MAX_MESSAGES)
    .map((id) => readText(id, 150))
    .filter((id) => id !== "")
    .map((id) => ({ eventId: `${id}:read`, type: "read", at, vendorId: id }));
}

function refuse(message: string): ReceiptOutput {
  return { events: [], reply: reply(400, { message }) };
}

function reply(status: number, answer: object): ReceiptOutput["reply"] {
  return { status, headers: { "content-type": "application/json" }, body: JSON.stringify(answer) };
}
