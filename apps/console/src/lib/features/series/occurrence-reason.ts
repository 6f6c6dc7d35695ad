import { m } from "#messages";

const texts: Record<string, () => string> = {
  too_late: m.series_reason_too_late,
  not_approved: m.series_reason_not_approved,
  "channel-off": m.compose_problem_channel_off,
  "policy-archived": m.series_error_policy_archived,
  "quota-exceeded": m.quota_full,
};

/** Why a time of a series was left out, in words; undefined where its state says it all. */
export const occurrenceReason = (code: string | null, detail: string | null = null): string | undefined =>
  code === null ? undefined : (texts[code]?.() ?? detail ?? code);
