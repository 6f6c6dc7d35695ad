import type { AcceptedMessage, ChannelName, DeliveryRow, Evidence, VendorEntry } from "./facts.ts";

export const CHARGES = ["lost", "duplicate", "phantom", "falseStatus"] as const;
export type Charge = (typeof CHARGES)[number];

export interface Verdict {
  messages: number;
  deliveries: number;
  /** Messages that the vendor sent on. */
  effects: number;
  /** Repeats that the vendor dropped. */
  repeats: number;
  charges: Record<Charge, number>;
  /** Unknown deliveries of channels where nobody can know, by cause. */
  unknown: Record<string, number>;
  breaches: Record<string, number>;
  /** The first findings in words. */
  examples: string[];
  isConvicted: boolean;
}

type Taken = Extract<VendorEntry, { kind: "taken" | "repeat" }>;

const SAYS_SENT = new Set(["accepted", "delivered", "undelivered"]);
const SAYS_NOT_SENT = new Set(["failed", "suppressed", "cancelled", "expired"]);
const EXAMPLES = 20;

/**
 * Compares what the client was promised, what the product says and what the vendor did.
 * - `lost`: promised, and neither sent nor ended with a reason
 * - `duplicate`: one recipient got one message twice over one channel
 * - `phantom`: sent without anybody having asked for it
 * - `falseStatus`: the product says sent and it was not, or the reverse, or says `unknown` where it could know
 */
export function judge(evidence: Evidence): Verdict {
  const court = new Court(evidence);
  for (const message of evidence.accepted) court.hearMessage(message);
  court.hearStrangers();
  for (const row of evidence.books.deliveries) court.hearDelivery(row);
  court.hearVendor();
  return court.verdict();
}

const place = (messageId: string, step: number, channel: ChannelName, address: string) =>
  `${messageId} ${step} ${channel} ${address}`;

class Court {
  readonly #evidence: Evidence;
  readonly #charges: Record<Charge, number> = { lost: 0, duplicate: 0, phantom: 0, falseStatus: 0 };
  readonly #unknown: Record<string, number> = {};
  readonly #examples: string[] = [];
  readonly #rows = new Map<string, DeliveryRow>();
  readonly #taken: Taken[];
  readonly #takenRefs: Set<string>;
  readonly #receipts = new Map<string, Set<string>>();

  constructor(evidence: Evidence) {
    this.#evidence = evidence;
    for (const row of evidence.books.deliveries) {
      const key = place(row.messageId, row.step, row.channel, row.address);
      if (this.#rows.has(key)) this.#charge("duplicate", `two rows for ${key}`);
      this.#rows.set(key, row);
    }
    this.#taken = evidence.vendor.filter((entry): entry is Taken => entry.kind === "taken");
    this.#takenRefs = new Set(this.#taken.map(({ ref }) => ref));
    for (const entry of evidence.vendor) {
      if (entry.kind !== "receipt") continue;
      const types = this.#receipts.get(entry.ref) ?? new Set();
      this.#receipts.set(entry.ref, types.add(entry.type));
    }
  }

  /** Every recipient of an accepted message has a delivery on every channel of the first step. */
  hearMessage(message: AcceptedMessage): void {
    for (const id of message.otherIds) {
      this.#charge("duplicate", `${message.mark} was accepted twice, the second time as ${id}`);
    }
    for (const channel of message.channels) {
      for (const address of message.recipients) this.#hearRecipient(message, channel, address);
    }
  }

  #hearRecipient(message: AcceptedMessage, channel: ChannelName, address: string): void {
    const row = this.#rows.get(place(message.messageId, 0, channel, address));
    // What a cancelled message had not expanded yet has no rows.
    if (message.isCancelled) return;
    if (!row) this.#charge("lost", `${address} of ${message.mark} has no delivery`);
    if (row && message.fallback) this.#hearFallback(message, message.fallback, row);
  }

  #hearFallback(message: AcceptedMessage, channel: ChannelName, { state, address }: DeliveryRow): void {
    const next = this.#rows.get(place(message.messageId, 1, channel, address));
    if (state === "failed" && !next) {
      this.#charge("lost", `${address} of ${message.mark} failed and was not tried on the fallback channel`);
    }
    if (next && (state === "accepted" || state === "unknown")) {
      this.#charge("phantom", `${address} of ${message.mark} did not fail and got the fallback`);
    }
  }

  /** Messages and deliveries that nobody was promised. */
  hearStrangers(): void {
    const { accepted, books } = this.#evidence;
    const known = new Set(accepted.flatMap(({ messageId, otherIds }) => [messageId, ...otherIds]));
    for (const id of books.messageIds) {
      if (!known.has(id)) this.#charge("phantom", `message ${id} is unknown to the client`);
    }
  }

  hearDelivery(row: DeliveryRow): void {
    const isSent = this.#takenRefs.has(row.ref);
    const name = `${row.channel} delivery ${row.ref} (${row.state}, ${row.reason ?? "no reason"})`;
    if (row.state === "unknown") this.#hearUnknown(row, name);
    else if (SAYS_SENT.has(row.state) && !isSent) this.#charge("falseStatus", `${name} was never sent`);
    else if (SAYS_NOT_SENT.has(row.state) && isSent) this.#charge("falseStatus", `${name} was sent`);
    else if (row.state === "ready") this.#charge("lost", `${name} never ended`);
    this.#hearReceipts(row, name);
  }

  #hearUnknown({ channel, reason }: DeliveryRow, name: string): void {
    // Who cancels, or was reached otherwise, forbids the repeat that would have told.
    if (channel === "keyed" && reason !== "cancelled" && reason !== "reached_earlier") {
      this.#charge("falseStatus", `${name}, although the vendor drops repeats`);
      return;
    }
    if (channel === "queryable") {
      this.#charge("falseStatus", `${name}, although the vendor can be asked`);
      return;
    }
    const cause = reason ?? "no reason";
    this.#unknown[cause] = (this.#unknown[cause] ?? 0) + 1;
  }

  /** A receipt that was acknowledged counts, and `delivered` beats `undelivered` whichever came first. */
  #hearReceipts(row: DeliveryRow, name: string): void {
    const types = this.#receipts.get(row.ref);
    const due = types?.has("delivered") ? "delivered" : types?.has("undelivered") ? "undelivered" : undefined;
    if (due && row.state !== due) this.#charge("falseStatus", `${name} has a receipt ${due}`);
    if (!due && (row.state === "delivered" || row.state === "undelivered")) {
      this.#charge("falseStatus", `${name} has no such receipt`);
    }
  }

  /** Nobody gets a message twice, and nobody gets what was not meant for them. */
  hearVendor(): void {
    const messages = new Map(this.#evidence.accepted.map((message) => [message.mark, message]));
    const rows = new Map(this.#evidence.books.deliveries.map((row) => [row.ref, row]));
    const seen = new Set<string>();
    for (const { mark, to, channel, ref } of this.#taken) {
      const key = `${mark} ${to} ${channel}`;
      if (seen.has(key)) this.#charge("duplicate", `${to} got ${mark} again over ${channel}`);
      seen.add(key);
      const row = rows.get(ref);
      const message = messages.get(mark);
      if (!row || !message || row.messageId !== message.messageId || row.address !== to) {
        this.#charge("phantom", `${to} got ${mark} as ${ref}, which is not theirs`);
      }
    }
  }

  #charge(charge: Charge, example: string): void {
    this.#charges[charge]++;
    if (this.#examples.length < EXAMPLES) this.#examples.push(`${charge}: ${example}`);
  }

  verdict(): Verdict {
    const { accepted, books, vendor } = this.#evidence;
    const isConvicted = CHARGES.some((charge) => this.#charges[charge] > 0);
    return {
      messages: accepted.length,
      deliveries: books.deliveries.length,
      effects: this.#taken.length,
      repeats: vendor.filter(({ kind }) => kind === "repeat").length,
      charges: this.#charges,
      unknown: this.#unknown,
      breaches: books.breaches,
      examples: this.#examples,
      isConvicted: isConvicted || Object.values(books.breaches).some((count) => count > 0),
    };
  }
}
