import { m } from "#messages";

/** What was done, in words; an action that has none yet is shown as it is recorded. */
const texts: Record<string, () => string> = {
  "approval_flow.created": m.audit_approval_flow_created,
  "approval_flow.updated": m.audit_approval_flow_updated,
  "approval_request.created": m.audit_approval_request_created,
  "approval_request.approved": m.audit_approval_request_approved,
  "approval_request.rejected": m.audit_approval_request_rejected,
  "approval_request.reconsidered": m.audit_approval_request_reconsidered,
  "approval_request.voided": m.audit_approval_request_voided,
  "channel.created": m.audit_channel_created,
  "channel.updated": m.audit_channel_updated,
  "channel.verified": m.audit_channel_verified,
  "channel.deleted": m.audit_channel_deleted,
  "member.signed_in": m.audit_member_signed_in,
  "member.signed_out": m.audit_member_signed_out,
  "member.password_changed": m.audit_member_password_changed,
  "member.created": m.audit_member_created,
  "member.updated": m.audit_member_updated,
  "member.deleted": m.audit_member_deleted,
  "message.cancelled": m.audit_message_cancelled,
  "message.paused": m.audit_message_paused,
  "message.resumed": m.audit_message_resumed,
  "message.rescheduled": m.audit_message_rescheduled,
  "message.rate_changed": m.audit_message_rate_changed,
  "message.expired": m.audit_message_expired,
  "policy.created": m.audit_policy_created,
  "policy.updated": m.audit_policy_updated,
  "policy.archived": m.audit_policy_archived,
  "source.created": m.audit_source_created,
  "source.updated": m.audit_source_updated,
  "source.deleted": m.audit_source_deleted,
  "source.granted": m.audit_source_granted,
  "source.revoked": m.audit_source_revoked,
  "source.key_created": m.audit_source_key_created,
  "source.key_rotated": m.audit_source_key_rotated,
  "source.key_revoked": m.audit_source_key_revoked,
  "tag.created": m.audit_tag_created,
  "tag.renamed": m.audit_tag_renamed,
  "tag.deleted": m.audit_tag_deleted,
  "template.created": m.audit_template_created,
  "template.renamed": m.audit_template_renamed,
  "template.draft_saved": m.audit_template_draft_saved,
  "template.published": m.audit_template_published,
  "template.deleted": m.audit_template_deleted,
  "tenant.created": m.audit_tenant_created,
  "tenant.updated": m.audit_tenant_updated,
  "user.created": m.audit_user_created,
  "user.updated": m.audit_user_updated,
  "user.deleted": m.audit_user_deleted,
};

export const AUDIT_ACTIONS = Object.keys(texts);

export function actionText(action: string): string {
  return texts[action]?.() ?? action;
}
