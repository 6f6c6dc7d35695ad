import type { AllowanceEvent } from "./allowances.ts";
import type { Inbox } from "./inbox.ts";
import type { Json, LocalizedText } from "./json.ts";

/**
 * The contract between the host and a channel plugin.
 *
 * A plugin of level `pure` is an ES module of pure functions. It plans requests and reads answers; the host
 * does the HTTP, the authentication and the retries. So a plugin needs no network and sees no secret, and a
 * plugin that dies can never leave a message half sent.
 *
 * Every value is plain JSON. `now` and `seed` are inputs, so that a plan can be replayed exactly.
 */
export interface PurePlugin {
  /** Says what to call for a batch. Messages that cannot be sent at all are answered in `results`. */
  plan(input: PlanInput): PlanOutput;
  /** Says what the answers meant: every ref exactly once over all rounds. At most 3 rounds of requests. */
  settle(input: SettleInput): SettleOutput;
  /** Reads a vendor's push. Must be order-free and must refuse what is not the vendor's form. */
  parseReceipt?(input: ReceiptInput): ReceiptOutput;
  /** Requests that prove the settings without sending anything; answers go to `settle` with `op: "verify"`. */
  verify?(input: VerifyInput): VerifyOutput;
  /**
   * Asks what the vendor knows of messages whose fate is not known; the answers go to `settle` with `op: "query"`.
   * Needed with `query` in the manifest.
   */
  query?(input: FollowUpInput): QueryOutput;
  /**
   * Takes back what was sent; the answers go to `settle` with `op: "recall"`. It may be asked twice about the same
   * message. Needed with `recall` in the manifest.
   */
  recall?(input: FollowUpInput): RecallOutput;
  /**
   * Requests that list the signatures and templates that the vendor keeps for the account, with their review states; the
   * answers go to `settle` with `op: "sync"`. At most 3 rounds. Needed with `vendorTemplates` in the manifest.
   */
  syncTemplates?(input: SyncInput): SyncOutput;
}

/** A plugin of level `native`: its own I/O, installed by the operator only. */
export interface NativePlugin {
  /** Opens what a channel needs (a connection pool) once; the host closes it when settings change. */
  open(input: NativeOpenInput): NativeSession;
  /** Says what would go out for messages, for people to read. Without I/O and without secrets. */
  preview?(batch: PlanInput): NativePreview;
}

/** Non-secret settings of a channel, valid against the manifest's schema. */
export type Settings = Record<string, string | number | boolean>;

/** One message of a batch, already rendered. */
export interface OutboundMessage {
  /** The delivery's id; stable over retries, so it may serve as idempotency key. At most 64 characters. */
  ref: string;
  address: string;
  /** Rendered fields by the names in the manifest's `content`. */
  content: Record<string, string>;
  /** The variables behind the content, for vendors that render themselves. */
  variables: Record<string, Json>;
  /**
   * Where the recipient says that they want no more: a page, and what takes the one-click call of RFC 8058. With
   * `unsubscribe` in the manifest, and in messages of the category `marketing` only.
   */
  unsubscribeUrl?: string;
}

export interface PlanInput {
  /**
   * Identifies this batch; what is sent again comes in another. At most 64 characters. It may hold what several people
   * wrote, unless the plugin can recall: the vendor may take back whole calls.
   */
  batchRef: string;
  messages: OutboundMessage[];
  settings: Settings;
  /** Milliseconds since 1970, UTC. */
  now: number;
  /** Random text for nonces, fresh per batch. */
  seed: string;
}

/** One HTTP request. The host sends it once, follows no redirect and keeps at most 1 MiB of the answer. */
export interface PlannedRequest {
  /** Names the request within the batch. */
  id: string;
  /** The messages it carries, or asks about. Empty only for `verify` and `syncTemplates`. */
  refs: string[];
  method: "GET" | "POST" | "PUT" | "DELETE";
  url: string;
  headers?: Record<string, string>;
  body?: string;
  /** A scheme from the manifest's `auth`. */
  auth?: string;
  /** The id of the effect, for schemes and vendors that deduplicate. */
  idempotencyKey?: string;
  /** Handed back with the response, for a `settle` that plans a further round. Never sent anywhere. */
  context?: Json;
}

export interface PlanOutput {
  requests: PlannedRequest[];
  results?: SendResult[];
}

/**
 * What came back for one request: an answer, or an error of the transport.
 * - `not_sent`: provably nothing reached the vendor (refused connection, DNS, connect timeout), it says over HTTP/2 that
 *   it has not read the request, or there is no access token at the moment
 * - `blocked`: the address is not allowed (allow-list or private network), or the vendor refuses this channel an access
 *   token
 * - `ambiguous`: the request was written, no answer was read
 *
 * `code` is the vendor's where it gave no access token, and `detail` then its sentence.
 */
export type PlannedResponse = { id: string; refs: string[]; context?: Json } & (
  | { status: number; headers: Record<string, string>; body: string }
  | { error: "not_sent" | "blocked" | "ambiguous"; detail: string; code?: string }
);

export interface SettleInput {
  op: "send" | "verify" | "query" | "recall" | "sync";
  responses: PlannedResponse[];
  settings: Settings;
  now: number;
}

export interface SettleOutput {
  /** Answers to `op: "send"`; empty otherwise. */
  results: SendResult[];
  /** A further round, for example the second half of a two-step call. */
  requests?: PlannedRequest[];
  /** Answer to `op: "verify"`. */
  verification?: Verification;
  /** Answers to `op: "query"`: every ref exactly once over all rounds. */
  answers?: QueryAnswer[];
  /** Answers to `op: "recall"`: every ref exactly once over all rounds. */
  recalls?: RecallResult[];
  /** Answer to `op: "sync"`: what this round has read. Needed in every round. */
  sync?: SyncedTemplates;
}

/**
 * What became of one message, sorted by who has to act:
 * - `accepted`: the vendor took it
 * - `rejected`: this recipient or this content is refused for good
 * - `transient`: not sent, worth another try
 * - `throttled`: not sent, the vendor asks for patience
 * - `config`: the channel's settings are refused; every message would be
 * - `unknown`: it may have been sent; never tried again blindly
 */
export const SEND_STATUSES = ["accepted", "rejected", "transient", "throttled", "config", "unknown"] as const;
export type SendStatus = (typeof SEND_STATUSES)[number];

export interface SendResult {
  ref: string;
  status: SendStatus;
  /** The vendor's id of the message, when it gives one per message. */
  vendorId?: string;
  /** The vendor's id of the whole request, when that is all it gives. */
  batchVendorId?: string;
  /** The vendor's code, or a short snake_case code of the plugin's own. At most 64 characters. */
  code?: string;
  /** One sentence in the vendor's words. At most 500 characters. */
  detail?: string;
  /** With `throttled` or `transient`: not before this many milliseconds. */
  retryAfterMs?: number;
  /** With `accepted`: how many units the vendor says it bills, 0 to 200. Without it the manifest's `billing` counts. */
  units?: number;
}

/** The outcome of a test call, with a sentence for the person who filled in the form. */
export interface Verification {
  ok: boolean;
  code?: string;
  detail?: string;
}

export interface VerifyInput {
  settings: Settings;
  now: number;
  seed: string;
}

export interface VerifyOutput {
  requests: PlannedRequest[];
  /** What can be said without asking; needed when there are no requests. */
  verification?: Verification;
}

/** A message that was handed to the vendor before, or may have been. */
export interface SentMessage {
  /** As in its {@link OutboundMessage}. */
  ref: string;
  /** As in its {@link PlanInput}. */
  batchRef: string;
  address: string;
  /** The vendor's id of the message, if it gave one. */
  vendorId?: string;
  /** The vendor's ids of the batch's calls, if it gave such. */
  batchVendorIds?: string[];
  /** When its batch was begun, milliseconds since 1970, UTC: the vendor got it then or up to a minute later. */
  sentAt: number;
}

/** Messages to ask about, or to take back. */
export interface FollowUpInput {
  /** At most `batchSize` of the manifest's `query` or `recall`. */
  messages: SentMessage[];
  settings: Settings;
  now: number;
  seed: string;
}

export interface QueryOutput {
  requests: PlannedRequest[];
  /** What can be said without asking. */
  answers?: QueryAnswer[];
}

/**
 * What the vendor knows of one message:
 * - `accepted`: it has the message and no last word yet
 * - `delivered`, `undelivered`: its last word
 * - `not_found`: it never got the message, for certain; the message is then sent again
 * - `unanswered`: it cannot be told now; asked again later
 */
export const QUERY_STATUSES = ["accepted", "delivered", "undelivered", "not_found", "unanswered"] as const;
export type QueryStatus = (typeof QUERY_STATUSES)[number];

export interface QueryAnswer {
  ref: string;
  status: QueryStatus;
  /** When the vendor accepted, delivered or gave up, milliseconds since 1970, UTC; now, if it does not say. */
  at?: number;
  /** The id under which a push reports the same event, if that is known; at most 200 characters. */
  eventId?: string;
  /** With `undelivered` and `unanswered`: the vendor's code, or one of the plugin's own. At most 64 characters. */
  code?: string;
  /** One sentence in the vendor's words. At most 500 characters. */
  detail?: string;
}

export interface RecallOutput {
  requests: PlannedRequest[];
  /** What can be said without asking. */
  recalls?: RecallResult[];
}

/**
 * What became of the wish to take one message back:
 * - `recalled`: the recipient has it no more, or will not see it
 * - `too_late`: the vendor's window is over, or the recipient has dealt with it
 * - `failed`: it cannot be taken back
 * - `unanswered`: it cannot be told now; asked again later
 */
export const RECALL_STATUSES = ["recalled", "too_late", "failed", "unanswered"] as const;
export type RecallStatus = (typeof RECALL_STATUSES)[number];

export interface RecallResult {
  ref: string;
  status: RecallStatus;
  /** The vendor's code, or one of the plugin's own. At most 64 characters. */
  code?: string;
  /** One sentence in the vendor's words. At most 500 characters. */
  detail?: string;
}

export interface SyncInput extends VerifyInput {
  /**
   * Codes of vendor templates that the tenant's own templates name, for vendors that can only be asked about one by its
   * code; those that changed last come first. At most 200, of at most 100 characters.
   */
  named: string[];
}

export interface SyncOutput {
  requests: PlannedRequest[];
}

/** What the vendor keeps, and has people look through before it may be used. */
export const VENDOR_TEMPLATE_KINDS = ["signature", "template"] as const;
export type VendorTemplateKind = (typeof VENDOR_TEMPLATE_KINDS)[number];

/** Whether it may be used: still in review, taken, or refused (also withdrawn, or asked for by its code and not there). */
export const REVIEW_STATES = ["pending", "approved", "rejected"] as const;
export type ReviewState = (typeof REVIEW_STATES)[number];

/** A signature or template at the vendor. */
export interface VendorTemplate {
  kind: VendorTemplateKind;
  /** What messages name it by, unique among those of its kind. At most 100 characters. */
  code: string;
  /** What people call it. At most 200 characters. */
  name: string;
  /** The vendor's wording, with the vendor's placeholders. At most 2,000 characters. */
  text?: string;
  state: ReviewState;
  /** Why it was refused, in the vendor's words. At most 500 characters. */
  reason?: string;
}

export interface SyncedTemplates {
  templates: VendorTemplate[];
  /** The list cannot be read, or not all of it: nothing of it is kept then. */
  failure?: { code?: string; detail?: string };
}

export interface ReceiptInput {
  headers: Record<string, string>;
  query: Record<string, string>;
  /** At most 1 MiB. */
  body: string;
  settings: Settings;
  now: number;
}

/** How a receipt names its message; the host uses the first that is there. */
export interface ReceiptTarget {
  /** The message's `ref`. */
  ref?: string;
  /** The batch's `batchRef`, with `address`. */
  batchRef?: string;
  /** The vendor's id of the message, or of the request together with `address`. */
  vendorId?: string;
  address?: string;
}

export interface ReceiptEvent extends ReceiptTarget {
  /** Identifies the event at the vendor, so that a repeat is recognised. At most 200 characters. */
  eventId: string;
  type: "delivered" | "undelivered" | "read" | "clicked";
  /** When it happened, milliseconds since 1970, UTC. */
  at: number;
  code?: string;
  detail?: string;
}

export interface ReceiptOutput {
  events: ReceiptEvent[];
  /** At most 1,000; with `allowances` in the manifest. Since protocol 1.5. */
  allowances?: AllowanceEvent[];
  /** What the vendor wants to hear. */
  reply: { status: number; headers?: Record<string, string>; body: string };
}

export interface NativeOpenInput {
  settings: Settings;
  secrets: Record<string, string>;
  limits: { concurrency: number; timeoutMs: number };
  /**
   * A key of the channel's own, 64 hexadecimal digits: the same whatever becomes of its settings, and known to nobody
   * else. For marks by which a plugin knows its own messages when they come back.
   */
  key: string;
  /** Resolves a host name to an address that may be dialled at this port; throws `blocked` for private networks. */
  resolve(host: string, port: number): Promise<string>;
  /** Where the manifest's `uses` has `inbox`. */
  inbox?: Inbox;
}

/** What a native plugin would hand over, in its own terms. */
export interface NativePreview {
  /** One for each message that would go out; at most 10 parts of at most 262,144 characters. */
  transmissions: { ref: string; parts: { label: LocalizedText; text: string }[] }[];
  /** Messages that cannot be sent at all. */
  results: SendResult[];
}

export interface NativeSession {
  /** Sends a batch and answers every ref exactly once. Never throws for a single message. */
  send(batch: PlanInput): Promise<SendResult[]>;
  verify(): Promise<Verification>;
  /** What `query` and `recall` are to a pure plugin. */
  query?(input: FollowUpInput): Promise<QueryAnswer[]>;
  recall?(input: FollowUpInput): Promise<RecallResult[]>;
  /**
   * Fetches what has come in since the last time, such as mail that was returned, and hands it to `keep`. Only what proves
   * that it is about a message of this channel becomes an event. Needed with `collect` in the manifest.
   */
  collect?(input: CollectInput): Promise<CollectOutput>;
  close(): Promise<void>;
}

/** One visit to where a vendor leaves its reports. */
export interface CollectInput {
  /** What `keep` was given last; undefined the first time. */
  cursor?: string;
  now: number;
  /**
   * Keeps events and, in the same transaction, how far the visit has got: at most 1,000 events and a cursor of at most
   * 500 characters. What is not kept is fetched again; an event that is kept twice changes nothing.
   */
  keep(events: ReceiptEvent[], cursor: string): Promise<void>;
}

export interface CollectOutput {
  /** More is waiting: the host comes back at once. */
  hasMore: boolean;
  /** Why it cannot be fetched at the moment. */
  failure?: { code?: string; detail?: string };
}
