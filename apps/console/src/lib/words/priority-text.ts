import { m } from "#messages";

const texts: Record<number, () => string> = {
  1: m.messages_priority_high,
  2: m.messages_priority_medium,
  3: m.messages_priority_low,
};

export function priorityText(priority: number): string {
  return texts[priority]?.() ?? String(priority);
}
