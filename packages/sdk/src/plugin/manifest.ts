import type { AccessTokenScheme } from "./access-token.ts";
import type { AllowanceAbility } from "./allowances.ts";
import type { BillingRules } from "./billing.ts";
import type { HmacScheme } from "./hmac.ts";
import type { JsonSchema, LocalizedText } from "./json.ts";
import type { JwtScheme } from "./jwt.ts";
import type { ReceiptAuthentication } from "./receipt-authentication.ts";

/** The version of the plugin contract that this package describes, `major.minor`. */
export const PROTOCOL_VERSION = "1.5";

/** Where a plugin may run. `pure`: functions without I/O. `native`: code with sockets, operator-installed only. */
export const PLUGIN_LEVELS = ["pure", "native"] as const;
export type PluginLevel = (typeof PLUGIN_LEVELS)[number];

/**
 * How a vendor tells us what became of a message after accepting it: it calls us (`push`), it is asked with `query`
 * (`pull`), it calls us and is asked about what it leaves out (`both`), or not at all (`none`). With `host` there is no
 * vendor: what the host keeps itself has arrived as soon as it is accepted, and the host sees it being read.
 */
export const RECEIPT_MODES = ["push", "pull", "both", "none", "host"] as const;
export type ReceiptMode = (typeof RECEIPT_MODES)[number];

/**
 * What of the installation itself a native plugin may use:
 * - `inbox`: the users' inboxes. Browsers read them from the sites that the text setting `origins` lists, separated by
 *   commas
 */
export const HOST_ABILITIES = ["inbox"] as const;
export type HostAbility = (typeof HOST_ABILITIES)[number];

/** Where a user's address comes from: an identity that the tenant enters, or the tenant's own id of the user. */
export const ADDRESS_ORIGINS = ["identity", "user"] as const;

/** A named way to authenticate a request. The host applies it; the plugin never sees the secret. */
export type AuthScheme =
  /** `Authorization: Bearer <secret>` */
  | { type: "bearer"; secret: string }
  /** `Authorization: Basic base64(<settings[user]>:<secret>)` */
  | { type: "basic"; user: string; secret: string }
  /** `<name>: <secret>`; the name may be `${settings.<name>}` */
  | { type: "header"; name: string; secret: string }
  /** `?<name>=<secret>`; the name may be `${settings.<name>}`. Vendors and proxies may write it into their logs. */
  | { type: "query"; name: string; secret: string }
  /** The ACS3-HMAC-SHA256 request signature; `accessKeyId` and `secret` name two secret settings. */
  | { type: "acs3"; accessKeyId: string; secret: string }
  /**
   * The TC3-HMAC-SHA256 request signature; `secretId` and `secret` name two secret settings, `service` is the name of the
   * vendor's product in the signature's scope.
   */
  | { type: "tc3"; secretId: string; secret: string; service: string }
  /** Standard Webhooks: HMAC-SHA256 over `id.timestamp.body`; the id is the request's `idempotencyKey`. */
  | { type: "standard-webhooks"; secret: string }
  /** A signature over a text that the manifest describes. */
  | HmacScheme
  /** A token that the host signs and uses for a while. */
  | JwtScheme
  /** A token that the vendor gives for the secrets and takes for a while. */
  | AccessTokenScheme;

/** What a channel of this plugin can find out after the vendor accepted a message. */
export interface ReceiptAbilities {
  mode: ReceiptMode;
  /**
   * Seconds from acceptance to the first question, 1 to 86,400; the pauses after it grow to six hours, and end with the
   * window of `query`. Required with `pull` and `both`.
   */
  pollSeconds?: number;
  /** The vendor reports arrival on the device or in the mailbox. */
  delivered: boolean;
  /** The vendor reports that the message was opened. */
  read: boolean;
  /** How a push proves whose it is, beyond knowing the channel's address. With `push` and `both` only. */
  authentication?: ReceiptAuthentication;
}

/** Whether the vendor calls us when it knows more. */
export const isPushed = ({ mode }: Pick<ReceiptAbilities, "mode">): boolean =>
  mode === "push" || mode === "both";

/** Whether the vendor has to be asked. */
export const isPulled = ({ mode }: Pick<ReceiptAbilities, "mode">): boolean =>
  mode === "pull" || mode === "both";

/** What the vendor does when it sees the same message twice. */
export interface IdempotencyAbility {
  /** `key`: the vendor drops a repeat that carries the same key. `none`: a repeat is a second message. */
  kind: "key" | "none";
  /** How long the vendor remembers a key, seconds. Required with `kind: "key"`. */
  windowSeconds?: number;
}

/** How the vendor can be asked about a message. The plugin has a function `query`. */
export interface QueryAbility {
  /** How long after a message was sent the vendor still knows of it, seconds. */
  windowSeconds: number;
  /** The most messages that one `query` is handed, 1 to 2,000. */
  batchSize: number;
  /**
   * How long after a message was sent the vendor may not know of it although it took it, seconds, 0 to 3,600: it is
   * not asked before. Too low a figure sends messages twice.
   */
  notBeforeSeconds: number;
}

/** How the vendor takes messages back. The plugin has a function `recall`. */
export interface RecallAbility {
  /** How long after a message was sent it can be taken back, seconds. */
  windowSeconds: number;
  /** The most messages that one `recall` is handed, 1 to 2,000. */
  batchSize: number;
}

/** Where reports of the vendor are fetched that no question asks for. The session of a native plugin has `collect`. */
export interface CollectAbility {
  /** How long after a visit the next one is, seconds, 10 to 86,400. */
  pollSeconds: number;
  /** Only channels whose setting `field`, an `enum`, has one of the values are visited. */
  when: { field: string; values: string[] };
}

/** What the vendor takes for one recipient of a channel: at most `messages` within any `seconds`. */
export interface RecipientLimit {
  /** 1 to 10,000. */
  messages: number;
  /** 1 to 86,400. */
  seconds: number;
}

/** Limits that the host holds for the plugin. */
export interface PluginLimits {
  /** The most messages that one `plan` or `send` is handed, 1 to 2,000. */
  batchSize: number;
  /** The most requests of one channel under way at once, 1 to 256. */
  concurrency: number;
  /** How long one request may take before its outcome is unknown, milliseconds, 500 to 60,000. */
  timeoutMs: number;
  /**
   * What the vendor takes for one recipient, at most four limits, each with a longer window and more messages than the
   * one before. The host keeps back what exceeds them until there is room, and hands no batch more. For limits whose
   * excess the vendor drops while it answers success; what it refuses can be `throttled` instead.
   */
  perRecipient?: RecipientLimit[];
}

/** What an address of this channel kind looks like. */
export interface AddressRules {
  /** JSON Schema of one address, a string schema. */
  schema: JsonSchema & { type: "string"; maxLength: number };
  label: LocalizedText;
  /**
   * `user`: everybody has an address of this kind, which is the tenant's own id of the user; none is entered, and none
   * can be typed in place of a user. All plugins of a kind agree on it. By default `identity`.
   */
  from?: (typeof ADDRESS_ORIGINS)[number];
}

/** One field of a rendering: what a template has to fill in for this channel kind. */
export interface ContentField {
  label: LocalizedText;
  required: boolean;
  /** Longest rendered value, Unicode code points. */
  maxLength: number;
  /** How a variable's value is escaped when it is put in. */
  escape: "none" | "html";
  /** A field that takes several lines. */
  multiline?: boolean;
  /** `vendor`: the vendor writes what the recipient gets, from a text of its own; ours serves preview and counting. */
  renderedBy?: "host" | "vendor";
  /** The code of a template at the vendor, as `syncTemplates` lists them. */
  namesVendorTemplate?: boolean;
  /** The only values it may have, which take no variables; left out or empty where it is not required. */
  choices?: ContentChoice[];
  help?: LocalizedText;
}

/** One of the values that a field may have. */
export interface ContentChoice {
  value: string;
  label: LocalizedText;
}

/** How an address comes to be suppressed by a vendor's word. */
export const SUPPRESSING_ORIGINS = ["unsubscribed", "hard_bounce", "complaint", "vendor"] as const;

/** What one of the vendor's codes says about an address; never of a passing fault. */
export interface SuppressingCode {
  /**
   * - `unsubscribed`: its owner wants no more
   * - `hard_bounce`: there is nobody behind it
   * - `complaint`: its owner has called a message spam
   * - `vendor`: the vendor or the carrier blocks it
   */
  origin: (typeof SUPPRESSING_ORIGINS)[number];
  /** How long this is believed, days, 1 to 3,650; without it until somebody takes the entry away. */
  days?: number;
}

/**
 * The settings form: a JSON Schema (2020-12) of a flat object; `x-secret: true` marks a write-only field. Beside the
 * formats of JSON Schema there is `json`, a text that is JSON.
 */
export interface SettingsSchema extends JsonSchema {
  type: "object";
  required?: string[];
  properties: Record<string, SettingProperty>;
}

export interface SettingProperty extends JsonSchema {
  type: "string" | "integer" | "boolean";
  title?: string;
  /** Chinese label; `title` is the English one. */
  "x-title-zh"?: string;
  description?: string;
  "x-description-zh"?: string;
  "x-secret"?: boolean;
  /** The field begins a part of the form with this heading; a folded part opens once something is set in it. */
  "x-group"?: LocalizedText & { folded?: boolean };
  /** What the values of `enum` are called; a value without a name is shown as it is. */
  "x-choices"?: Record<string, LocalizedText>;
  /**
   * The field is shown, and sent by the form, only while another one, an `enum`, has one of the values, or them by
   * default; `required`: it has to be filled in then.
   */
  "x-when"?: { field: string; values: string[]; required?: boolean };
}

/** The manifest of a channel plugin, `channel.json`. Unknown keys are errors. */
export interface PluginManifest {
  $schema?: string;
  /** `publisher/name`, kebab-case. */
  id: string;
  /** Semantic version of the plugin. */
  version: string;
  /** Contract versions the plugin speaks, `major.minor`. */
  protocol: string[];
  level: PluginLevel;
  /** The channel kind it serves, for example `sms`. Kinds are declared here and nowhere else. */
  kind: string;
  kindName: LocalizedText;
  name: LocalizedText;
  summary: LocalizedText;
  /** The built module, relative to the manifest. */
  entry: string;
  /** Documentation of the vendor that the facts in the manifest come from. */
  docsUrl?: string;
  settings: SettingsSchema;
  /** Hosts a request may go to; `${settings.endpoint}` stands for the host of that setting's URL or name. */
  hosts: string[];
  /** The vendor speaks HTTP/2 and nothing else: every request goes out so, over connections of the channel's own. */
  http2?: boolean;
  auth: Record<string, AuthScheme>;
  address: AddressRules;
  content: Record<string, ContentField>;
  receipts: ReceiptAbilities;
  idempotency: IdempotencyAbility;
  /** Without it, what may have been sent and cannot be repeated stays unknown. */
  query?: QueryAbility;
  /** Without it, nothing that was sent can be taken back. */
  recall?: RecallAbility;
  /** What becomes of messages is also fetched by the plugin itself; native plugins only. */
  collect?: CollectAbility;
  /** The plugin has a place for `unsubscribeUrl` of a message. */
  unsubscribe?: boolean;
  /**
   * The vendor reviews signatures and templates, and lists them; `named`: it has no list, and only says how one is that
   * it is asked about by its code. The plugin has a function `syncTemplates`.
   */
  vendorTemplates?: boolean | "named";
  /** Without it, the vendor bills by the message. */
  billing?: BillingRules;
  limits: PluginLimits;
  /** What of the installation the plugin is handed; only for level `native`. */
  uses?: HostAbility[];
  /** The vendor's codes in words for the tenant's staff. */
  errors?: Record<string, LocalizedText>;
  /**
   * The codes, of a `rejected` result or an `undelivered` receipt, after which nothing more is to be sent to the address
   * on this channel kind. Each needs words in `errors`.
   */
  suppresses?: Record<string, SuppressingCode>;
  /** Recipients allow messages one by one. Since protocol 1.5. */
  allowances?: AllowanceAbility;
}
