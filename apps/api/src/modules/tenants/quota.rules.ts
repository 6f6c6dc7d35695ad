import { defineProblem, type ProblemError } from "../../platform/errors.ts";

/** What a plan limits, with the default plan's limits. Channels are also limited per kind: `channels:<kind>`. */
export const DEFAULT_LIMITS = {
  channels: 20,
  sources: 20,
  members: 50,
  users: 200_000,
  templates: 200,
  policies: 50,
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

/** Whom to ask for more. */
export const QUOTA_CONTACT = "请联系商务提高上限 (contact sales to raise it)";

const quotaExceededProblem = defineProblem("quota-exceeded", 409, "Quota exceeded");

/** The limit is reached: says which, how much is used, and how to raise it. */
export function quotaExceeded(kind: QuotaKind, limit: number, used: number): ProblemError {
  return quotaExceededProblem(
    `创建数量已满，请联系商务提高上限。The quota "${kind}" is full: ${used} of ${limit} used.`,
    {
      extensions: { quota: kind, limit, used, contact: QUOTA_CONTACT },
    },
  );
}
