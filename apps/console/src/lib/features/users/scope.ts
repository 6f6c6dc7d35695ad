import type { Channel, IdentityScope, Source } from "#lib/api/client.ts";
import { m } from "#messages";

/** What an identity can be bound to besides everything. Empty lists for a role that may not see them. */
export interface Scopes {
  sources: Pick<Source, "id" | "name">[];
  channels: Pick<Channel, "id" | "name" | "kind">[];
}

/** 全部 · 上游系统 教务系统 · 通道 校园短信 */
export function scopeText(scope: IdentityScope, { sources, channels }: Scopes): string {
  if (scope.kind === "all") return m.users_scope_all();
  if (scope.kind === "source") {
    const source = sources.find(({ id }) => id === scope.sourceId);
    return m.users_scope_source({ name: source?.name ?? scope.sourceId });
  }
  const channel = channels.find(({ id }) => id === scope.channelId);
  return m.users_scope_channel({ name: channel?.name ?? scope.channelId });
}

/** The value of a scope in a select. */
export function scopeKey(scope: IdentityScope): string {
  if (scope.kind === "all") return "all";
  return scope.kind === "source" ? scope.sourceId : scope.channelId;
}

export function scopeOf(key: string): IdentityScope {
  if (key === "all") return { kind: "all" };
  return key.startsWith("src_") ? { kind: "source", sourceId: key } : { kind: "channel", channelId: key };
}

/** How the scope is named in the address of a deletion. */
export function scopeQuery(scope: IdentityScope): { sourceId?: string; channelId?: string } {
  if (scope.kind === "source") return { sourceId: scope.sourceId };
  return scope.kind === "channel" ? { channelId: scope.channelId } : {};
}
