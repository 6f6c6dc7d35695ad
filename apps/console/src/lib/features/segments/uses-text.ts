import type { Segment } from "#lib/api/client.ts";
import { formatNumber } from "#lib/format/numbers.ts";
import { m } from "#messages";

/** 2 条消息、1 个周期消息 */
export function usesText({ usedBy }: Segment): string {
  const { messageCount, seriesCount } = usedBy;
  const parts = [
    messageCount > 0 && m.segments_used_by_messages({ count: formatNumber(messageCount) }),
    seriesCount > 0 && m.segments_used_by_series({ count: formatNumber(seriesCount) }),
  ];
  return parts.filter(Boolean).join(m.list_separator()) || m.segments_used_by_none();
}
