import type { Logger } from "../../logger.ts";
import type { LoadedPlugin, PluginModule, SealedPlugin, Sealer } from "../catalogue.ts";
import { PACKAGE_DAMAGED, PACKAGE_OUT_OF_REACH, SANDBOX_UNAVAILABLE } from "../execution/obstacles.ts";
import { PluginUnavailable } from "../execution/plugin-unavailable.ts";
import { checkExports, checkPlugin } from "../loader/check-plugin.ts";
import { hashOf, readNamedCode, readNamedPackage } from "./named-package.ts";
import type { InstalledSource } from "./source.ts";

/** A package that was read: its manifest is at hand, its code is fetched when somebody calls it. */
export interface ShelvedPackage {
  plugin: LoadedPlugin;
  sha256: string;
  /** SHA-256 of the code alone, by which the sandbox knows it. */
  codeHash: string;
  moduleFor(tenantId: string): Promise<PluginModule>;
}

export interface PackageShelfDeps {
  source: Pick<InstalledSource, "readArchive">;
  /** Without one nothing of a package is ever run. */
  sandbox: Sealer | undefined;
  logger: Logger;
}

/** After a package was found damaged, for so long nobody looks again, milliseconds. */
const LOOK_AGAIN_MS = 10_000;

/** The packages that this process may have to run. Each is compared with its name whenever it is read. */
export class PackageShelf {
  readonly #deps: PackageShelfDeps;
  #packages = new Map<string, ShelvedPackage>();
  readonly #damaged = new Map<string, number>();

  constructor(deps: PackageShelfDeps) {
    this.#deps = deps;
  }

  find(sha256: string): ShelvedPackage | undefined {
    return this.#packages.get(sha256);
  }

  /** Reads what is new and forgets what is not wanted any more; calls under way keep what they have. */
  async hold(wanted: ReadonlySet<string>): Promise<void> {
    const held = new Map<string, ShelvedPackage>();
    for (const sha256 of wanted) {
      const known = this.#packages.get(sha256) ?? (await this.#shelve(sha256));
      if (known) held.set(sha256, known);
    }
    for (const sha256 of this.#damaged.keys()) if (!wanted.has(sha256)) this.#damaged.delete(sha256);
    this.#packages = held;
  }

  async #shelve(sha256: string): Promise<ShelvedPackage | undefined> {
    if (performance.now() < (this.#damaged.get(sha256) ?? 0)) return undefined;
    const archive = await this.#deps.source.readArchive(sha256);
    try {
      const { manifest, code } = await readNamedPackage(archive, sha256);
      const plugin = { ...checkPlugin(manifest), sha256 };
      this.#damaged.delete(sha256);
      return { plugin, sha256, codeHash: hashOf(code), moduleFor: this.#sealing(plugin, sha256) };
    } catch (error) {
      this.#putAway(sha256, error);
      return undefined;
    }
  }

  /** Seals the code with the first call, for whose tenant it is, and again with the next one where that failed. */
  #sealing({ manifest }: LoadedPlugin, sha256: string): ShelvedPackage["moduleFor"] {
    let sealing: Promise<SealedPlugin> | undefined;
    const seal = async (tenantId: string): Promise<SealedPlugin> => {
      const { sandbox } = this.#deps;
      if (!sandbox) throw new PluginUnavailable(SANDBOX_UNAVAILABLE);
      const archive = await this.#fetch(sha256);
      const code = await readNamedCode(archive, sha256);
      const sealed = await sandbox.seal(manifest.id, code, tenantId);
      checkExports(manifest, sealed.exports);
      return sealed;
    };
    return async (tenantId) => {
      sealing ??= seal(tenantId);
      try {
        return { level: "pure", functions: (await sealing).functionsFor(tenantId) };
      } catch (error) {
        sealing = undefined;
        if (error instanceof PluginUnavailable) throw error;
        this.#putAway(sha256, error);
        throw new PluginUnavailable(PACKAGE_DAMAGED);
      }
    };
  }

  async #fetch(sha256: string): Promise<Uint8Array | undefined> {
    try {
      return await this.#deps.source.readArchive(sha256);
    } catch (error) {
      this.#deps.logger.warn({ err: error, sha256 }, "package cannot be fetched");
      throw new PluginUnavailable(PACKAGE_OUT_OF_REACH);
    }
  }

  /** It is not run as it is stored; after a while somebody looks whether that has changed. */
  #putAway(sha256: string, error: unknown): void {
    this.#deps.logger.error({ sha256, reason: (error as Error).message }, "package refused");
    this.#packages.delete(sha256);
    this.#damaged.set(sha256, performance.now() + LOOK_AGAIN_MS);
  }
}
