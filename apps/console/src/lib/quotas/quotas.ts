import { type Quota, tidings } from "../api/client.ts";
import { can } from "../session.svelte.ts";

/** The limits of the plan by what they count; empty for a role that may not see them. */
export class Quotas {
  readonly items: readonly Quota[];

  constructor(items: readonly Quota[]) {
    this.items = items;
  }

  of(kind: string): Quota | undefined {
    return this.items.find((quota) => quota.kind === kind);
  }

  ofChannels(channelKind: string): Quota | undefined {
    return this.of(`channels:${channelKind}`);
  }

  /** Whether nothing more of this can be created. */
  isFull(kind: string): boolean {
    const quota = this.of(kind);
    return quota !== undefined && quota.used >= quota.limit;
  }

  /** Whether no more channels of this kind can be created, for their own limit or that of all channels. */
  isFullOfChannels(channelKind: string): boolean {
    return this.isFull("channels") || this.isFull(`channels:${channelKind}`);
  }
}

export async function getQuotas(): Promise<Quotas> {
  if (!can("read", "Quota")) return new Quotas([]);
  const { items } = await tidings.listQuotas();
  return new Quotas(items);
}
