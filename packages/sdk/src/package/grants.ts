import { isPulled, isPushed, type PluginManifest } from "../plugin/index.ts";

/** What a plugin may reach and do: what a tenant agrees to when it installs it. Each list is sorted. */
export interface Grants {
  /** Host names that its requests may go to. */
  hosts: string[];
  /** Settings that say where else they may go: whoever fills in the form decides. */
  settingsHosts: string[];
  /** Secret settings that its requests are authenticated with. The plugin itself sees none. */
  secrets: string[];
  /** `send`, `receipts:push`, `receipts:pull`, `query`, `recall`, `templates`, `allowances`. */
  abilities: string[];
}

/** Something that a version may and the one before might not. */
export interface GrantChange {
  kind: keyof Grants;
  value: string;
}

const SETTING_HOST = /^\$\{settings\.(\w+)\}$/;

export function grantsOf(manifest: PluginManifest): Grants {
  const { hosts, settings, receipts } = manifest;
  return {
    hosts: sortOut(hosts.filter((host) => !SETTING_HOST.test(host))),
    settingsHosts: sortOut(hosts.flatMap((host) => SETTING_HOST.exec(host)?.[1] ?? [])),
    secrets: sortOut(
      Object.entries(settings.properties).flatMap(([name, property]) => (property["x-secret"] ? [name] : [])),
    ),
    abilities: sortOut([
      "send",
      ...(isPushed(receipts) ? ["receipts:push"] : []),
      ...(isPulled(receipts) ? ["receipts:pull"] : []),
      ...(manifest.query ? ["query"] : []),
      ...(manifest.recall ? ["recall"] : []),
      ...(manifest.vendorTemplates ? ["templates"] : []),
      ...(manifest.allowances ? ["allowances"] : []),
    ]),
  };
}

/** What the later grants allow and the earlier ones do not; empty where there is nothing to agree to. */
export function widening(before: Grants, after: Grants): GrantChange[] {
  const kinds = ["hosts", "settingsHosts", "secrets", "abilities"] as const;
  return kinds.flatMap((kind) =>
    after[kind].filter((value) => !before[kind].includes(value)).map((value) => ({ kind, value })),
  );
}

const sortOut = (values: string[]): string[] => [...new Set(values)].sort();
