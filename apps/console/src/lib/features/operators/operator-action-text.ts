import { m } from "#messages";

/** What was done to the installation, in words; an action that has none yet is shown as it is recorded. */
const texts: Record<string, () => string> = {
  "listing.submitted": m.operator_audit_listing_submitted,
  "listing.approved": m.operator_audit_listing_approved,
  "listing.passed": m.operator_audit_listing_passed,
  "listing.rechecked": m.operator_audit_listing_rechecked,
  "listing.refused": m.operator_audit_listing_refused,
  "listing.listed": m.operator_audit_listing_listed,
  "listing.recheck_asked": m.operator_audit_listing_recheck_asked,
  "listing.labels_changed": m.operator_audit_listing_labels_changed,
  "listing.withdrawn": m.operator_audit_listing_withdrawn,
  "plugin.blocked": m.operator_audit_plugin_blocked,
  "plugin.unblocked": m.operator_audit_plugin_unblocked,
  "marketplace_policy.updated": m.operator_audit_marketplace_policy_updated,
  "plugin_allowances.updated": m.operator_audit_plugin_allowances_updated,
  "registry.added": m.operator_audit_registry_added,
  "registry.updated": m.operator_audit_registry_updated,
  "registry.deleted": m.operator_audit_registry_deleted,
  "registry.synchronised": m.operator_audit_registry_synchronised,
  "registries.ordered": m.operator_audit_registries_ordered,
  "publisher.created": m.operator_audit_publisher_created,
  "publisher.suspended": m.operator_audit_publisher_suspended,
  "publisher.reinstated": m.operator_audit_publisher_reinstated,
  "publisher.key_added": m.operator_audit_publisher_key_added,
  "publisher.key_revoked": m.operator_audit_publisher_key_revoked,
  "publisher.token_created": m.operator_audit_publisher_token_created,
  "publisher.token_revoked": m.operator_audit_publisher_token_revoked,
  "publisher.login_invited": m.operator_audit_publisher_login_invited,
  "publisher.login_added": m.operator_audit_publisher_login_added,
  "publisher.login_removed": m.operator_audit_publisher_login_removed,
  "publisher.invitation_withdrawn": m.operator_audit_publisher_invitation_withdrawn,
  "publisher.invitation_declined": m.operator_audit_publisher_invitation_declined,
  "operator.appointed": m.operator_audit_operator_appointed,
  "operator.dismissed": m.operator_audit_operator_dismissed,
};

export const OPERATOR_ACTIONS = Object.keys(texts);

export const operatorActionText = (action: string): string => texts[action]?.() ?? action;
