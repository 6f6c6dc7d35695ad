import { randomBytes } from "node:crypto";
import { WindowCount } from "@tidings/sdk/testing";
import { answerOk, refuse, type VendorAnswer } from "./answers.ts";
import { receiverFault } from "./app.ts";
import { readContent } from "./content.ts";
import type { Inbox, SimulatedNotice } from "./inbox.ts";

const SECOND_MS = 1000;
const UUID_WINDOW_MS = 3_600_000;
const UUID_MAX_LENGTH = 50;
const RECALL_WINDOW_MS = 24 * 3_600_000;

type Fields = Record<string, unknown>;

/** The app's side of the vendor: sending and taking back. */
export class Operations {
  readonly #inbox: Inbox;
  readonly #users: WindowCount;
  /** What was sent under each uuid. */
  readonly #sent = new Map<string, SimulatedNotice>();

  constructor(inbox: Inbox, perUserSecond: number) {
    this.#inbox = inbox;
    this.#users = new WindowCount(perUserSecond, SECOND_MS);
  }

  send(type: string | undefined, body: Fields, now: number): VendorAnswer {
    const { receive_id: id, uuid } = body;
    if (uuid !== undefined && (typeof uuid !== "string" || uuid.length > UUID_MAX_LENGTH)) {
      return refuse(99992402);
    }
    const fault = receiverFault(type, id);
    if (fault !== undefined) return refuse(fault);
    const content = readContent(body);
    if (typeof content === "number") return refuse(content);
    const earlier = uuid ? this.#sent.get(uuid) : undefined;
    if (earlier && now - earlier.at < UUID_WINDOW_MS) return answerOk({ data: show(earlier) });
    if (!this.#users.allows(String(id), now)) return refuse(230020);
    const notice: SimulatedNotice = {
      ...content,
      messageId: `om_${randomBytes(16).toString("hex")}`,
      to: String(id),
      msgType: String(body.msg_type),
      at: now,
      state: "arrived",
      ...(uuid && { ref: uuid }),
    };
    this.#inbox.add(notice);
    if (uuid) this.#sent.set(uuid, notice);
    return answerOk({ data: show(notice) });
  }

  recall(messageId: string, now: number): VendorAnswer {
    const notice = this.#inbox.find(messageId);
    if (!notice) return refuse(230026);
    if (notice.state === "recalled") return refuse(230011);
    if (now - notice.at > RECALL_WINDOW_MS) return refuse(230009);
    notice.state = "recalled";
    return answerOk({ data: {} });
  }
}

const show = ({ messageId, msgType, at }: SimulatedNotice) => ({
  message_id: messageId,
  msg_type: msgType,
  create_time: String(at),
  update_time: String(at),
  deleted: false,
});
