import { m } from "#messages";
import { getLocale } from "#runtime";
import type { AskedAudience } from "../api/client.ts";
import { formatNumber } from "../format/numbers.ts";

const NAMED_USERS = 3;

const listOf = (values: readonly string[], type: "conjunction" | "disjunction") =>
  new Intl.ListFormat(getLocale(), { type, style: "short" }).format(
    values.map((value) => m.messages_quoted({ value })),
  );

/** Whom a message goes to, in words: 带有标签 2024级 或 2022级 的用户. */
export function audienceText(audience: AskedAudience): string {
  switch (audience.kind) {
    case "all":
      return m.messages_audience_all();
    case "tags":
      return tagsText(audience);
    case "users":
      return usersText(audience.userIds);
    case "departments":
      return departmentsText(audience);
    case "segment":
      return m.messages_audience_segment({ name: audience.name });
    case "file":
      return m.messages_audience_file({ name: audience.name, count: formatNumber(audience.rowCount) });
    case "deliveries":
      return m.messages_audience_deliveries({ count: formatNumber(audience.deliveryCount) });
    case "addresses":
      return m.messages_audience_addresses({ count: formatNumber(audience.addressCount) });
  }
}

function tagsText({ any, all, not }: Extract<AskedAudience, { kind: "tags" }>): string {
  const parts = [
    any.length > 0 && m.messages_audience_tags_any({ tags: listOf(any, "disjunction") }),
    all.length > 0 && m.messages_audience_tags_all({ tags: listOf(all, "conjunction") }),
    not.length > 0 && m.messages_audience_tags_not({ tags: listOf(not, "disjunction") }),
  ];
  return parts.filter(Boolean).join(m.messages_audience_separator());
}

function departmentsText({
  departments,
  includeChildren,
}: Extract<AskedAudience, { kind: "departments" }>): string {
  const names = listOf(
    departments.map(({ name }) => name),
    "disjunction",
  );
  return includeChildren
    ? m.messages_audience_departments({ departments: names })
    : m.messages_audience_departments_direct({ departments: names });
}

function usersText(userIds: readonly string[]): string {
  const named = userIds.slice(0, NAMED_USERS).join(m.messages_list_separator());
  return userIds.length <= NAMED_USERS
    ? m.messages_audience_users({ users: named })
    : m.messages_audience_users_more({ users: named, count: formatNumber(userIds.length) });
}
