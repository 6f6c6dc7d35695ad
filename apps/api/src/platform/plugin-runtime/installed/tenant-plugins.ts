import type { PluginManifest } from "@tidings/sdk/plugin";
import type { LoadedPlugin, LoadedPlugins, OpenPlugin, PluginCatalogue } from "../catalogue.ts";
import {
  type Obstacle,
  PACKAGE_DAMAGED,
  PLUGIN_BLOCKED,
  SANDBOX_UNAVAILABLE,
} from "../execution/obstacles.ts";
import { PluginUnavailable } from "../execution/plugin-unavailable.ts";
import type { ShippedPlugins } from "../loader/load-plugins.ts";
import type { InstalledPlugins } from "./installed-plugins.ts";
import type { ShelvedPackage } from "./package-shelf.ts";
import type { BlockedCode, InstalledVersion } from "./source.ts";
import { isInShare } from "./trial.rules.ts";

/** The plugins of every tenant: those that ship, and those that it has installed. What ships keeps its id. */
export interface TenantPlugins extends LoadedPlugins {
  /** Looks again at who has installed what, and what is blocked. */
  refresh(): Promise<void>;
  /** Reads the shipped plugins again. */
  reload(): Promise<void>;
  /** Those that ship, whose ids no other may have. */
  shipped: Pick<PluginCatalogue, "find" | "list">;
  /** The ids of those plugins, of any tenant, whose manifests are as asked. */
  idsWhere(isAsked: (manifest: PluginManifest) => boolean): string[];
  /** The sandbox has disabled code: no process runs it any more. */
  strikeOut(strike: Strike): Promise<void>;
}

interface Strike {
  pluginId: string;
  /** Of the code. */
  hash: string;
  reason: string;
}

function obstacleOfBlock(installed: InstalledPlugins, hash: string | undefined): Obstacle | undefined {
  const block = hash === undefined ? undefined : installed.blockOf(hash);
  return block && { ...PLUGIN_BLOCKED, reason: block.reason };
}

export function createTenantPlugins(shipped: ShippedPlugins, installed: InstalledPlugins): TenantPlugins {
  const obstacleToShipped = (pluginId: string): Obstacle | undefined =>
    obstacleOfBlock(installed, shipped.sealedHashOf(pluginId));

  function obstacleTo({ sha256 }: Pick<InstalledVersion, "sha256">): Obstacle | undefined {
    const blocked = obstacleOfBlock(installed, sha256);
    if (blocked) return blocked;
    if (!installed.canRun) return SANDBOX_UNAVAILABLE;
    return installed.packageOf(sha256) ? undefined : PACKAGE_DAMAGED;
  }

  const ownOf = (tenantId: string): InstalledVersion[] =>
    [...(installed.versionsOf(tenantId)?.values() ?? [])].filter(({ pluginId }) => !shipped.find(pluginId));

  const ownVersion = (tenantId: string, pluginId: string): InstalledVersion | undefined =>
    shipped.find(pluginId) ? undefined : installed.versionsOf(tenantId)?.get(pluginId);

  const shippedOnly: PluginCatalogue = {
    list: () => shipped.list(),
    find: (pluginId) => shipped.find(pluginId),
    obstacleTo: obstacleToShipped,
  };

  function catalogueOf(tenantId: string): PluginCatalogue {
    const pluginOf = ({ sha256 }: InstalledVersion) => installed.packageOf(sha256)?.plugin;
    return {
      list: () => byId([...shipped.list(), ...ownOf(tenantId).flatMap((own) => pluginOf(own) ?? [])]),
      find(pluginId) {
        const own = ownVersion(tenantId, pluginId);
        return own ? pluginOf(own) : shipped.find(pluginId);
      },
      obstacleTo(pluginId) {
        const own = ownVersion(tenantId, pluginId);
        return own ? obstacleTo(own) : obstacleToShipped(pluginId);
      },
    };
  }

  /** The package that a batch goes to; undefined if none of the version's can be read. */
  function choose(version: InstalledVersion, batch: Batch | undefined): ShelvedPackage | undefined {
    const usual = installed.packageOf(version.sha256);
    const { trial } = version;
    if (!trial || !batch || installed.isBlocked(trial.sha256)) return usual;
    const tried = installed.packageOf(trial.sha256);
    const isFit = tried && batch.size <= tried.plugin.manifest.limits.batchSize;
    return isFit && isInShare(batch.ref, trial.percent) ? tried : usual;
  }

  function openOwn(version: InstalledVersion, batch: Batch | undefined): OpenPlugin | undefined {
    const chosen = choose(version, batch);
    if (!chosen) return undefined;
    return {
      manifest: chosen.plugin.manifest,
      async module() {
        const obstacle = obstacleTo(chosen);
        if (obstacle) throw new PluginUnavailable(obstacle);
        return chosen.moduleFor(version.tenantId);
      },
      ...(version.trial && { trialSha256: chosen.sha256 }),
    };
  }

  function openShipped(tenantId: string, pluginId: string): OpenPlugin | undefined {
    const found = shipped.open(tenantId, pluginId);
    const obstacle = obstacleToShipped(pluginId);
    if (!found || !obstacle) return found;
    return { ...found, module: () => Promise.reject(new PluginUnavailable(obstacle)) };
  }

  return {
    of: (tenantId) => (installed.versionsOf(tenantId) ? catalogueOf(tenantId) : shippedOnly),
    open(tenantId, pluginId, batch) {
      const own = ownVersion(tenantId, pluginId);
      return own ? openOwn(own, batch) : openShipped(tenantId, pluginId);
    },
    refresh: () => installed.refresh(),
    reload: () => shipped.reload(),
    shipped,
    idsWhere(isAsked) {
      const all = [...shipped.list(), ...[...installed.packages()].map(({ plugin }) => plugin)];
      const asked = all.map(({ manifest }) => manifest).filter(isAsked);
      return [...new Set(asked.map(({ id }) => id))];
    },
    strikeOut: (strike) => installed.block(toBlock(shipped, installed, strike)),
  };
}

/** A package is forbidden by its own hash, a shipped plugin by that of its code. */
function toBlock(
  shipped: ShippedPlugins,
  installed: InstalledPlugins,
  { pluginId, hash, reason }: Strike,
): BlockedCode {
  const found = installed.findByCode(hash);
  const manifest = found?.plugin.manifest ?? shipped.find(pluginId)?.manifest;
  const sha256 = found?.sha256 ?? hash;
  return { sha256, pluginId, version: manifest?.version ?? "", cause: "strikes", reason };
}

type Batch = { ref: string; size: number };

const byId = (plugins: LoadedPlugin[]): LoadedPlugin[] =>
  plugins.sort((a, b) => (a.manifest.id < b.manifest.id ? -1 : 1));
