import type { SentMessage } from "@tidings/sdk/plugin";

/** Messages that were sent by one call. */
export interface Task {
  /** What the vendor gave for the call; it takes a number. */
  id: string;
  messages: SentMessage[];
}

/** Sorts messages by the calls that sent them; those of no known call are left over. */
export function groupByTask(messages: SentMessage[]): { tasks: Task[]; leftOver: SentMessage[] } {
  const tasks = new Map<string, Task>();
  const leftOver: SentMessage[] = [];
  for (const message of messages) {
    const id = taskIdOf(message);
    if (id === undefined) leftOver.push(message);
    else {
      const task = tasks.get(id) ?? { id, messages: [] };
      task.messages.push(message);
      tasks.set(id, task);
    }
  }
  return { tasks: [...tasks.values()], leftOver };
}

/** Whether others, who are not among the messages, may have got theirs by the same call. */
export const mayReachOthers = ({ id, messages }: Task): boolean =>
  messages.length === 1 && messages.some(({ batchVendorIds }) => batchVendorIds?.includes(id));

/** Its own, or the batch's where that was a single call. */
const taskIdOf = ({ vendorId, batchVendorIds = [] }: SentMessage): string | undefined =>
  vendorId ?? (batchVendorIds.length === 1 ? batchVendorIds[0] : undefined);
