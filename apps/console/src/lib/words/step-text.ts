import { m } from "#messages";
import type { MessageDetail } from "../api/client.ts";
import { formatDuration } from "../format/durations.ts";

export type MessageStep = MessageDetail["steps"][number];

const conditions = {
  failed: () => m.messages_step_failed(),
  undelivered: (duration: string) => m.messages_step_undelivered({ duration }),
  unread: (duration: string) => m.messages_step_unread({ duration }),
};

/** When a step is taken: 1 分钟内未送达，则补发. The first one is taken at once. */
export function stepText({ when, afterSeconds }: Pick<MessageStep, "when" | "afterSeconds">): string {
  return when ? conditions[when](formatDuration(afterSeconds ?? 0)) : m.messages_step_first();
}
