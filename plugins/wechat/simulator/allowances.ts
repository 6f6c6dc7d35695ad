import type { VendorEvent } from "./events.ts";

/**
 * How many messages users still let the account send, for each of them and each template: a ledger. The account is told
 * of what users answer and take back.
 */
export class Allowances {
  readonly #popupScene: string;
  readonly #tell: (event: VendorEvent) => void;
  readonly #left = new Map<string, number>();

  /** @param popupScene how the vendor names where users are asked */
  constructor(popupScene: string, tell: (event: VendorEvent) => void) {
    this.#popupScene = popupScene;
    this.#tell = tell;
  }

  /** The user answers the question whether the account may send one more. */
  answer(openId: string, templateId: string, isConsent: boolean): void {
    const key = keyOf(openId, templateId);
    if (isConsent) this.#left.set(key, (this.#left.get(key) ?? 0) + 1);
    const SubscribeStatusString = isConsent ? "accept" : "reject";
    const list = [{ TemplateId: templateId, SubscribeStatusString, PopupScene: this.#popupScene }];
    this.#tell({ openId, name: "subscribe_msg_popup_event", list });
  }

  /** The user wants nothing more of this template; what was left is gone. */
  withdraw(openId: string, templateId: string): void {
    this.#left.delete(keyOf(openId, templateId));
    const list = [{ TemplateId: templateId, SubscribeStatusString: "reject" }];
    this.#tell({ openId, name: "subscribe_msg_change_event", list });
  }

  /** Uses one up; false if none is left. */
  use(openId: string, templateId: string): boolean {
    const left = this.left(openId, templateId);
    if (left > 0) this.#left.set(keyOf(openId, templateId), left - 1);
    return left > 0;
  }

  left(openId: string, templateId: string): number {
    return this.#left.get(keyOf(openId, templateId)) ?? 0;
  }

  /** Every entry of the ledger, oldest first. */
  list(): { openId: string; left: number }[] {
    return [...this.#left].map(([key, left]) => ({ openId: key.split(" ")[0] ?? "", left }));
  }
}

const keyOf = (openId: string, templateId: string) => `${openId} ${templateId}`;
