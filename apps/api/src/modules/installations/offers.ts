import { type Grants, grantsOf, type PluginPackage } from "@tidings/sdk/package";
import { gt } from "semver";
import type { RequestContext } from "../../platform/context.ts";
import type { Tx } from "../../platform/database/index.ts";
import { noSuch } from "../../platform/errors.ts";
import { checkPlugin, type LoadedPlugin, readNamedPackage } from "../../platform/plugin-runtime/index.ts";
import { findListings, type MarketplaceListing } from "../marketplace/index.ts";
import { findArchive } from "./catalogue/installed.repository.ts";
import { packageDamaged, pluginNotInstallable } from "./installation.errors.ts";
import { isPreRelease } from "./upgrades/upgrade.rules.ts";

/** What keeps anything from being installed where it could not be run. */
export const NO_SANDBOX = {
  code: "sandbox_unavailable",
  detail: "This server has no sandbox, and plugins from a marketplace run nowhere else.",
};

/** A package as it may be run: what it may do is read from itself, not from what is written about it. */
export interface OpenedPackage {
  sha256: string;
  version: string;
  plugin: LoadedPlugin;
  grants: Grants;
  files: PluginPackage["files"];
}

/** Throws 409 if what is stored is not what its name says. */
export async function openPackage(tx: Tx, sha256: string): Promise<OpenedPackage> {
  const archive = await findArchive(tx, sha256);
  const { manifest, files } = await readNamedPackage(archive, sha256).catch((error: Error) => {
    throw packageDamaged(`The stored package ${sha256.slice(0, 12)}… cannot be used: ${error.message}.`);
  });
  return {
    sha256,
    version: manifest.version,
    plugin: checkPlugin(manifest),
    grants: grantsOf(manifest),
    files,
  };
}

/** The listed versions of a plugin, the latest first. */
export const listVersions = (
  tx: Tx,
  ctx: Pick<RequestContext, "tenantId" | "now">,
  pluginId: string,
): Promise<MarketplaceListing[]> => findListings(tx, ctx, { pluginId, limit: 1 });

/** Throws 404 unless the version is listed, 409 where something keeps the tenant from installing it. */
export async function getInstallable(
  tx: Tx,
  ctx: Pick<RequestContext, "tenantId" | "now">,
  pluginId: string,
  version: string,
): Promise<MarketplaceListing> {
  const found = (await listVersions(tx, ctx, pluginId)).find((one) => one.version === version);
  if (!found) throw noSuch("plugin version", `${pluginId} ${version}`);
  if (found.obstacles[0]) {
    const errors = found.obstacles.map(({ code, detail, until }) => ({
      pointer: "/version",
      detail: until ? `${detail} That is at ${until.toISOString()}.` : detail,
      code,
    }));
    const reasons = errors.map(({ detail }) => detail).join(" ");
    throw pluginNotInstallable(`${pluginId} ${version} cannot be installed. ${reasons}`, { errors });
  }
  return found;
}

/** The versions that come after one, the latest first; a pre-release only for who runs one. */
export const laterThan = (listings: readonly MarketplaceListing[], version: string): MarketplaceListing[] =>
  listings.filter((one) => gt(one.version, version) && (isPreRelease(version) || !isPreRelease(one.version)));
