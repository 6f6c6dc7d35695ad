import { m } from "#messages";

const names: Record<string, () => string> = {
  channels: m.quotas_channels,
  sources: m.quotas_sources,
  members: m.quotas_members,
  users: m.quotas_users,
  templates: m.quotas_templates,
  policies: m.quotas_policies,
  recipient_lists: m.quotas_recipient_lists,
  departments: m.quotas_departments,
  segments: m.quotas_segments,
  audience_files: m.quotas_audience_files,
  messages_per_day: m.quotas_messages_per_day,
};

/** What a quota counts. One that the console does not know yet keeps the API's name. */
export function quotaName(kind: string): string {
  return names[kind]?.() ?? kind;
}
