import { defineProblem, type ProblemError } from "../../platform/errors.ts";

/** What a plan limits, with the default plan's limits. Channels are also limited per kind: `channels:<kind>`. */
export const DEFAULT_LIMITS = {
  channels: 20,
  sources: 20,
  members: 50,
  users: 200_000,
  templates: 200,
  policies: 50,
  recipient_lists: 50,
  departments: 2_000,
  segments: 200,
  audience_files: 100,
  messages_per_day: 1_000_000,
} as const;

export type QuotaKind = keyof typeof DEFAULT_LIMITS | `channels:${string}`;

/** Limit of each channel kind that the plan does not name. */
export const DEFAULT_CHANNELS_PER_KIND = 5;

/** The limit that a tenant without a row of its own has. */
export function defaultLimit(kind: QuotaKind): number {
  return kind.startsWith("channels:")
    ? DEFAULT_CHANNELS_PER_KIND
    : DEFAULT_LIMITS[kind as keyof typeof DEFAULT_LIMITS];
}

const quotaExceededProblem = defineProblem("quota-exceeded", 409, "Quota exceeded");

/** The limit is reached: says which and how much is used. The answer also names the operator's contact, if one is set. */
export function quotaExceeded(kind: QuotaKind, limit: number, used: number): ProblemError {
  return quotaExceededProblem(
    `The quota "${kind}" is full: ${used} of ${limit} used. Whoever runs this installation can raise it.`,
    { extensions: { quota: kind, limit, used } },
  );
}

export interface QuotaUse {
  kind: QuotaKind;
  used: number;
  limit: number;
  /** Whom to ask for more, in the operator's words; null while none is set. */
  contact: string | null;
}

/** Every quota of the plan, and one for each channel kind; `rows` say which differ from the unused default. */
export function describeQuotas(
  rows: readonly { kind: string; used: number; limit: number }[],
  channelKinds: readonly string[],
  contact: string | null,
): QuotaUse[] {
  const byKind = new Map(rows.map((row) => [row.kind, row]));
  const kinds: QuotaKind[] = [
    ...(Object.keys(DEFAULT_LIMITS) as (keyof typeof DEFAULT_LIMITS)[]),
    ...channelKinds.map((kind) => `channels:${kind}` as const),
  ];
  return kinds.map((kind) => ({
    kind,
    used: byKind.get(kind)?.used ?? 0,
    limit: byKind.get(kind)?.limit ?? defaultLimit(kind),
    contact,
  }));
}
