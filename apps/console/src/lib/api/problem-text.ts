import { m } from "#messages";
import { faultText, isKnownFault } from "../faults/fault-text.ts";
import { type FieldProblem, NetworkError, type Problem, ProblemError, TimeoutError } from "./problem.ts";

/** Codes that the console says in its own words; the rest shows what the API wrote for the caller. */
const texts: Record<string, (problem: Problem) => string> = {
  unauthenticated: m.problem_unauthenticated,
  forbidden: m.problem_forbidden,
  "not-found": m.problem_not_found,
  "too-many-requests": m.problem_too_many_requests,
  "invalid-input": m.problem_invalid_input,
  "internal-error": m.problem_internal_error,
  unavailable: m.problem_unavailable,
  "quota-exceeded": ({ contact }) =>
    typeof contact === "string" ? m.quota_full_contact({ contact }) : m.quota_full(),
  "backlog-full": m.compose_problem_backlog_full,
  overloaded: m.compose_problem_overloaded,
  "payload-too-large": m.problem_payload_too_large,
  "too-many-quiet-hours": m.quiet_hours_problem_too_many,
  "channel-off": m.compose_problem_channel_off,
  "template-not-published": m.compose_problem_template,
  "variables-missing": m.compose_problem_variables,
  "idempotency-key-reused": m.compose_problem_key_reused,
  "message-not-cancellable": m.messages_problem_not_cancellable,
  "message-without-users": m.deliveries_stop_problem_without_users,
  "message-not-pausable": m.messages_problem_not_pausable,
  "message-not-paused": m.messages_problem_not_paused,
  "message-not-scheduled": m.messages_problem_not_scheduled,
  "message-over": m.messages_problem_over,
  "delivery-not-resendable": m.deliveries_problem_not_resendable,
  "nothing-to-resend": m.deliveries_problem_nothing_to_resend,
  "recall-not-supported": m.recalls_problem_not_supported,
  "nothing-to-recall": m.recalls_problem_nothing,
  "recall-running": m.recalls_problem_running,
  "series-over": m.series_problem_over,
  "occurrence-not-planned": m.series_problem_not_planned,
  "author-cannot-decide": m.approvals_author_cannot,
  "not-a-reviewer": m.approvals_problem_not_a_reviewer,
  "decided-in-earlier-level": m.approvals_problem_decided_earlier,
  "needed-in-later-level": ({ level }) => m.approvals_problem_needed_later({ level: String(level) }),
  "already-decided": m.approvals_problem_already_decided,
  "content-changed": m.approvals_problem_content_changed,
  "nobody-can-approve": ({ level }) =>
    typeof level === "string" ? m.approvals_problem_nobody_in_level({ level }) : m.approvals_problem_nobody(),
  "channel-changed": m.channels_changed,
  "channel-in-use": m.channels_in_use,
  "plugin-not-installed": m.channels_reason_plugin_missing,
  "plugin-shipped": m.marketplace_problem_shipped,
  "plugin-installed": m.marketplace_problem_installed,
  "plugin-not-installable": m.marketplace_problem_not_installable,
  "plugin-grants-changed": m.marketplace_problem_grants_changed,
  "plugin-upgrade-held": m.marketplace_problem_held,
  "plugin-settings-unfit": m.marketplace_problem_unfit,
  "plugin-in-use": m.marketplace_problem_in_use,
  "plugin-trial-running": m.marketplace_problem_trial_running,
  "no-previous-version": m.marketplace_problem_no_previous,
  "package-damaged": m.marketplace_problem_damaged,
  "too-many-api-keys": m.sources_too_many_keys,
  "callback-endpoint-taken": m.callbacks_url_taken,
  "callback-endpoint-limit": m.callbacks_full,
  "callback-not-dead": m.callbacks_call_not_dead,
  "nothing-to-replay": m.callbacks_nothing_to_replay,
  "address-not-allowed": m.callbacks_url_refused,
  "template-in-use": m.templates_problem_in_use,
  "template-version-not-draft": m.templates_problem_not_draft,
  "template-changed": ({ number }) => m.templates_problem_changed({ number: String(number) }),
  "policy-archived": m.policies_problem_archived,
  "policy-changed": ({ number }) => m.policies_problem_changed({ number: String(number) }),
  "tag-in-use": m.tags_problem_in_use,
  "recipient-list-in-use": m.recipient_lists_problem_in_use,
  "recipient-list-full": m.recipient_lists_problem_full,
  "department-not-empty": m.departments_problem_not_empty,
  "department-tree-limit": m.departments_problem_tree_limit,
  "own-submission": m.problem_own_submission,
  "reviewed-already": m.problem_reviewed_already,
  "not-in-review": m.problem_not_in_review,
  "not-listed": m.problem_not_listed,
  "package-refused": firstFieldText,
  "signature-refused": firstFieldText,
  "registry-unusable": firstFieldText,
  "registry-in-use": m.market_registry_in_use,
  "registry-fixed": m.market_registry_fixed,
  "registry-not-unique": m.market_registry_not_unique,
  "too-many-registries": m.market_registry_too_many,
  "last-publisher-login": m.publishers_login_last,
  "publisher-login-known": m.publishers_login_known,
  "too-many-publisher-logins": m.publishers_login_too_many,
  "too-many-publishers": m.publishers_too_many,
  "too-many-publisher-keys": m.publishers_key_too_many,
  "too-many-publisher-tokens": m.publishers_token_too_many,
  "too-many-submissions": m.publishers_too_many_submissions,
  "plugin-id-taken": m.problem_plugin_id_taken,
  "not-checked": m.problem_not_checked,
  "package-unknown": m.problem_package_unknown,
  "publisher-suspended": m.problem_publisher_suspended,
  "publisher-not-unique": m.problem_publisher_not_unique,
  "publisher-key-known": m.problem_publisher_key_known,
  "version-taken": m.problem_version_taken,
  "version-not-higher": m.problem_version_not_higher,
  "last-owner": m.members_problem_last_owner,
  "member-in-use": m.members_problem_in_use,
};

const fieldTexts: Record<string, () => string> = {
  required: m.field_required,
  too_big: m.field_too_long,
  too_long: m.field_too_long,
  too_small: m.field_too_short,
  too_short: m.field_too_short,
  invalid_format: m.field_format,
  wrong_format: m.field_format,
  taken: m.field_taken,
  missing: m.field_required,
  not_a_number: m.compose_error_number,
  not_an_address: m.field_format,
  no_rendering: m.compose_error_no_rendering,
  incomplete: m.compose_error_incomplete,
  needs_users: m.compose_policy_needs_users,
  reaches_users: m.compose_error_reaches_users,
  several_kinds: m.compose_error_several_kinds,
  off: m.compose_problem_channel_off,
  cannot_approve: m.approvals_error_role,
  wrong: m.password_wrong,
  unknown_variable: m.templates_error_unknown_variable,
  template_syntax: m.templates_error_syntax,
  declared_twice: m.field_declared_twice,
  reserved: m.templates_variable_reserved,
  no_receipt: m.policies_error_no_receipt,
  same_channel: m.policies_error_same_channel,
  no_occurrence: m.series_error_no_occurrence,
  past: m.schedule_error_past,
  too_far: m.schedule_error_far,
  unknown_user: m.recipients_unknown_user,
  not_a_recipient: m.messages_leave_out_not_a_recipient,
  cycle: m.departments_error_cycle,
  no_recipient_column: m.compose_error_no_recipient_column,
  two_recipient_columns: m.compose_error_two_recipient_columns,
  unreadable: m.compose_error_file_unreadable,
  unknown_file: m.compose_error_file_gone,
  empty_file: m.compose_error_file_empty,
  unknown_channel: m.policies_error_unknown_channel,
  unknown: m.compose_error_gone,
  unknown_list: m.compose_error_gone,
  archived: m.series_error_policy_archived,
  never_over: m.quiet_hours_error_never_over,
  repeated: m.caps_error_repeated,
  "address-not-allowed": m.callbacks_url_refused,
};

/** Where the fields say all there is to say. */
function firstFieldText({ errors = [], detail }: Problem): string {
  return errors[0] ? fieldText(errors[0]) : detail;
}

/** One sentence for a person: what went wrong, in their language where the code is known. */
export function problemText(problem: Problem): string {
  return texts[problem.code]?.(problem) ?? (problem.detail || problem.title || m.problem_internal_error());
}

/** What to write at the field. */
export function fieldText({ code, params = {}, at = [], detail }: FieldProblem): string {
  return fieldTexts[code]?.() ?? (isKnownFault(code) ? faultText({ code, params, at, detail }) : detail);
}

/** What any thrown value means to a person. */
export function errorText(error: unknown): string {
  if (error instanceof ProblemError) return problemText(error.problem);
  if (error instanceof NetworkError || error instanceof TimeoutError) return m.problem_network();
  return m.problem_unexpected();
}

export function requestIdOf(error: unknown): string | undefined {
  return error instanceof ProblemError ? error.problem.requestId : undefined;
}
