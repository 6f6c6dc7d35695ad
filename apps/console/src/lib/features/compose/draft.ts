import type { AudienceFile, MessageCategory, Tracking } from "../../api/client.ts";
import { newIdempotencyKey } from "../../api/idempotency-key.ts";
import { noRate, type RateFields } from "../../words/rate.ts";
import { noRepeat, type RepeatFields } from "../../words/repeat.ts";

/** A message while it is written. Names of fields are those of what is sent, so that the API's faults find them. */
export interface Draft {
  audience: DraftAudience;
  contentFrom: "template" | "own";
  template: string;
  /** The kinds that own content is written for. */
  kinds: string[];
  /** Channel kind → field → text. */
  content: Record<string, Record<string, string>>;
  /** Of own content; a template says so itself. */
  tracking: Tracking;
  variables: Record<string, string>;
  way: "channels" | "policy";
  /** Ids. */
  channels: string[];
  policy: string;
  priority: string;
  when: "now" | "at";
  /** As the field has it, in the tenant's time zone. */
  at: string;
  repeat: RepeatFields;
  rate: RateFields;
  /** Empty: as long as it takes. */
  ttlSeconds: string;
  /** What a list of recipients does to it. */
  listUse: "none" | "allow" | "deny";
  /** Its id. */
  list: string;
  /** Empty: none. */
  deduplicateSeconds: string;
  /** Of own content; a template has its own. */
  category: MessageCategory;
  /** What quiet hours do to it; empty: as is usual for the category. */
  quietHours: string;
  /** Made once a draft: however often it is sent, it is sent once. */
  idempotencyKey: string;
}

export interface DraftAudience {
  kind: "all" | "departments" | "segment" | "tags" | "users" | "addresses" | "file";
  /** Names of tags. */
  any: string[];
  all: string[];
  not: string[];
  userIds: string[];
  addressKind: string;
  addresses: string[];
  /** Ids. */
  departmentIds: string[];
  includeChildren: boolean;
  segmentId: string;
  /** What has been uploaded. */
  file: DraftFile | null;
}

export type DraftFile = Pick<
  AudienceFile,
  "id" | "name" | "recipients" | "channelKind" | "columns" | "rowCount"
>;

export const emptyDraft = (): Draft => ({
  audience: {
    kind: "tags",
    any: [],
    all: [],
    not: [],
    userIds: [],
    addressKind: "",
    addresses: [],
    departmentIds: [],
    includeChildren: true,
    segmentId: "",
    file: null,
  },
  contentFrom: "template",
  template: "",
  kinds: [],
  content: {},
  tracking: { links: false, opens: false },
  variables: {},
  way: "channels",
  channels: [],
  policy: "",
  priority: "2",
  when: "now",
  at: "",
  repeat: noRepeat(),
  rate: noRate(),
  ttlSeconds: "",
  listUse: "none",
  list: "",
  deduplicateSeconds: "",
  category: "service",
  quietHours: "",
  idempotencyKey: newIdempotencyKey(),
});

export const STEPS = ["who", "what", "how", "check"] as const;
export type Step = (typeof STEPS)[number];

const STEP_BY_FIELD: Record<string, Step> = {
  audience: "who",
  template: "what",
  content: "what",
  tracking: "what",
  kinds: "what",
  variables: "what",
  channels: "how",
  policy: "how",
  priority: "how",
  when: "how",
  schedule: "how",
  rate: "how",
  ttlSeconds: "how",
  listUse: "how",
  allowList: "how",
  denyList: "how",
  deduplicateSeconds: "how",
  category: "what",
  quietHours: "how",
};

/** The step that a field is in, by the first part of its name. */
export function stepOf(field: string): Step {
  return STEP_BY_FIELD[field.split("/")[0] ?? ""] ?? "check";
}
