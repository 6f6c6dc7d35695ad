import { setTimeout as delay } from "node:timers/promises";
import type { ChannelName, VendorEntry } from "../checker/facts.ts";
import type { Random } from "../random.ts";

interface Receipt {
  ref: string;
  type: "delivered" | "undelivered";
  at: number;
  eventId: string;
}

interface Outbox {
  channel: ChannelName;
  waiting: Receipt[];
}

const PUSH_EVERY_MS = 400;
const RETRY_MS = 1_000;
const EVENTS_A_PUSH = 200;
const PATIENCE_MS = 8_000;

/**
 * Pushes receipts until they are acknowledged, in batches: most deliveries arrive, a few do not, a few are never heard
 * of. Some receipts come twice; some `undelivered` come after the `delivered` that overtook them.
 */
export class ReceiptPusher {
  readonly #random: Random;
  readonly #record: (entries: VendorEntry[]) => void;
  readonly #outboxes = new Map<string, Outbox>();
  #underWay = 0;

  constructor(random: Random, record: (entries: VendorEntry[]) => void) {
    this.#random = random;
    this.#record = record;
  }

  /** Starts to push: path of the channel → address for its receipts. */
  open(urls: Record<string, string>): void {
    for (const [path, url] of Object.entries(urls)) void this.#pushForEver(path, url);
  }

  schedule(path: string, channel: ChannelName, refs: string[]): void {
    for (const ref of refs) {
      const receipts = this.#receiptsOf(ref);
      if (receipts.length === 0) continue;
      this.#underWay++;
      setTimeout(
        () => {
          this.#underWay--;
          this.#outbox(path, channel).waiting.push(...receipts);
        },
        this.#random.between(0, 2_000),
      );
    }
  }

  /** Receipts that have not been acknowledged. */
  pending(): number {
    const waiting = [...this.#outboxes.values()].map((outbox) => outbox.waiting.length);
    return waiting.reduce((sum, one) => sum + one, this.#underWay);
  }

  #receiptsOf(ref: string): Receipt[] {
    const receipt = (type: Receipt["type"], at = Date.now()) => ({
      ref,
      type,
      at,
      eventId: `${ref}:${type}`,
    });
    const chance = this.#random.next();
    if (chance < 0.05) return [];
    if (chance < 0.1) return [receipt("undelivered")];
    if (chance < 0.15) return [receipt("delivered"), receipt("delivered")];
    if (chance < 0.2) return [receipt("delivered"), receipt("undelivered", Date.now() - 1_000)];
    return [receipt("delivered")];
  }

  #outbox(path: string, channel: ChannelName): Outbox {
    const outbox = this.#outboxes.get(path) ?? { channel, waiting: [] };
    this.#outboxes.set(path, outbox);
    return outbox;
  }

  async #pushForEver(path: string, url: string): Promise<never> {
    for (;;) {
      await delay(PUSH_EVERY_MS);
      const outbox = this.#outboxes.get(path);
      const events = outbox?.waiting.slice(0, EVENTS_A_PUSH) ?? [];
      if (!outbox || events.length === 0) continue;
      if (await isAcknowledged(url, events)) {
        outbox.waiting.splice(0, events.length);
        const { channel } = outbox;
        this.#record(events.map(({ ref, type }) => ({ kind: "receipt", channel, ref, type })));
      } else await delay(RETRY_MS);
    }
  }
}

async function isAcknowledged(url: string, events: Receipt[]): Promise<boolean> {
  try {
    const answer = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ events }),
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    await answer.arrayBuffer();
    return answer.status === 200;
  } catch {
    return false;
  }
}
