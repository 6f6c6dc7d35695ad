/** A vendor drops a repeat, sends it again, or sends it again and can be asked what it has. */
export type ChannelName = "keyed" | "plain" | "queryable";

/** A message that the client was told is accepted: the client's own record, kept outside the product. */
export interface AcceptedMessage {
  /** The client's Idempotency-Key; it also stands in the text, so the vendor's log names it. */
  mark: string;
  messageId: string;
  /** Ids other than the first that the product answered for the same key: there must be none. */
  otherIds: string[];
  recipients: string[];
  channels: ChannelName[];
  /** The channel of the fallback step, when the message has a policy. */
  fallback?: ChannelName;
  isCancelled: boolean;
}

/** A delivery as the product tells it. */
export interface DeliveryRow {
  ref: string;
  messageId: string;
  address: string;
  step: number;
  channel: ChannelName;
  state: string;
  reason: string | null;
}

/** What the product says at the end. */
export interface Books {
  deliveries: DeliveryRow[];
  /** Ids of all messages, whether the client knows of them or not. */
  messageIds: string[];
  /** Invariants of the tables that do not hold, by what that means; the statistics are among them. */
  breaches: Record<string, number>;
}

/** A line of the vendor's log. Everything in it has happened; it was written before the vendor answered. */
export type VendorEntry =
  | { kind: "taken" | "repeat"; channel: ChannelName; ref: string; to: string; mark: string }
  /** A receipt that the product acknowledged. */
  | { kind: "receipt"; channel: ChannelName; ref: string; type: "delivered" | "undelivered" };

export interface Evidence {
  accepted: AcceptedMessage[];
  books: Books;
  vendor: VendorEntry[];
}
