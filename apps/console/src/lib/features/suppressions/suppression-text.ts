import type { Suppression } from "#lib/api/client.ts";
import type { PluginCatalogue } from "#lib/plugins/plugin-catalogue.ts";
import { m } from "#messages";

/** Whom an entry is about, as a name for dialogs. */
export function recipientName({ user, address }: Suppression): string {
  if (user) return user.name ?? user.userId;
  return address?.startsWith("@") ? m.suppressions_domain({ domain: address.slice(1) }) : (address ?? "");
}

/** 短信 · 教务系统 */
export function scopeText({ kind, source }: Suppression, plugins: PluginCatalogue): string {
  const kinds = kind ? plugins.kindName(kind) : m.suppressions_scope_kinds();
  return source ? `${kinds} · ${source.name}` : kinds;
}

const names = { member: m.suppressions_by_gone, source: m.suppressions_by_gone };

/** Who made the entry. */
export function makerText({ by }: Suppression): string {
  return by.kind === "platform" ? m.suppressions_by_platform() : (by.name ?? names[by.kind]());
}
