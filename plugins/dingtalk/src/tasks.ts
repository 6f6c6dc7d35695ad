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
    const id = message.vendorId ?? message.batchVendorIds?.[0];
    if (id === undefined) leftOver.push(message);
    else {
      const task = tasks.get(id) ?? { id, messages: [] };
      task.messages.push(message);
      tasks.set(id, task);
    }
  }
  return { tasks: [...tasks.values()], leftOver };
}
