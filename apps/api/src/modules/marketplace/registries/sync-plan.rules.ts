import type { ListedPlugin, ListedVersion } from "@tidings/sdk/registry";

/** Versions of one plugin that are taken over, the latest ones. */
export const MAX_VERSIONS = 10;
/** Archives that one round fetches; the next round goes on. */
export const MAX_FETCHED = 100;

export interface OfferedVersion extends ListedVersion {
  pluginId: string;
}

export interface KnownListing {
  pluginId: string;
  version: string;
  sha256: string;
  state: string;
  grade: string | null;
  labels: readonly string[];
}

/** What a registry's word changes here. */
export interface SyncPlan {
  /** Versions whose archives are not here yet. */
  missing: OfferedVersion[];
  /** Versions that are here, with another grade, other labels, or withdrawn until now. */
  changed: OfferedVersion[];
  /** Versions that the registry lists no more. */
  gone: KnownListing[];
  /** Versions that have got another archive, which can never be. */
  rewritten: OfferedVersion[];
}

const keyOf = ({ pluginId, version }: { pluginId: string; version: string }) => `${pluginId}@${version}`;

/** `isOurs`: the plugin ships with the installation, and is nobody else's to offer. */
export function planSync(
  plugins: readonly ListedPlugin[],
  known: readonly KnownListing[],
  isOurs: (pluginId: string) => boolean,
): SyncPlan {
  const offered = plugins
    .filter(({ id }) => !isOurs(id))
    .flatMap(({ id, versions }) => versions.map((version) => ({ ...version, pluginId: id })));
  const wanted = new Set(
    plugins.flatMap(({ id, versions }) =>
      versions.slice(0, MAX_VERSIONS).map(({ version }) => keyOf({ pluginId: id, version })),
    ),
  );
  const knownByKey = new Map(known.map((one) => [keyOf(one), one]));
  const offeredKeys = new Set(offered.map(keyOf));
  const here = offered.filter((one) => knownByKey.has(keyOf(one)));
  return {
    missing: offered.filter((one) => wanted.has(keyOf(one)) && !knownByKey.has(keyOf(one))),
    changed: here.filter((one) => differs(one, knownByKey.get(keyOf(one)))),
    gone: known.filter((one) => one.state === "listed" && !offeredKeys.has(keyOf(one))),
    rewritten: here.filter((one) => knownByKey.get(keyOf(one))?.sha256 !== one.sha256),
  };
}

const differs = (offered: OfferedVersion, known: KnownListing | undefined): boolean =>
  known?.state !== "listed" ||
  known.grade !== offered.grade ||
  [...known.labels].sort().join() !== [...offered.labels].sort().join();
