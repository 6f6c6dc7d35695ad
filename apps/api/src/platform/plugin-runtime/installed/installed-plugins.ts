import type { Logger } from "../../logger.ts";
import type { Sealer } from "../catalogue.ts";
import { PackageShelf, type ShelvedPackage } from "./package-shelf.ts";
import type { BlockedCode, InstalledSource, InstalledVersion } from "./source.ts";

/** What this process last read of who runs what. */
interface Snapshot {
  byTenant: ReadonlyMap<string, ReadonlyMap<string, InstalledVersion>>;
  blocks: ReadonlyMap<string, BlockedCode>;
}

const NOTHING: Snapshot = { byTenant: new Map(), blocks: new Map() };

export interface InstalledPluginsDeps {
  source: InstalledSource;
  /** Where they run; without it they do not. */
  sandbox: (Sealer & { pardon(hash: string): void }) | undefined;
  logger: Logger;
}

/** The plugins that tenants have installed, and the code that is blocked, as of the last look. */
export class InstalledPlugins {
  readonly #deps: InstalledPluginsDeps;
  readonly #shelf: PackageShelf;
  #snapshot = NOTHING;
  /** Blocks that could not be written down yet. */
  readonly #unwritten = new Map<string, BlockedCode>();
  #looking: Promise<void> | undefined;
  #next: Promise<void> | undefined;

  constructor(deps: InstalledPluginsDeps) {
    this.#deps = deps;
    this.#shelf = new PackageShelf(deps);
  }

  versionsOf(tenantId: string): ReadonlyMap<string, InstalledVersion> | undefined {
    return this.#snapshot.byTenant.get(tenantId);
  }

  /** Whether there is a place where they can run. */
  get canRun(): boolean {
    return this.#deps.sandbox !== undefined;
  }

  packageOf(sha256: string): ShelvedPackage | undefined {
    return this.#shelf.find(sha256);
  }

  /** Why this code may not be run; undefined where it may. */
  blockOf(sha256: string): BlockedCode | undefined {
    return this.#snapshot.blocks.get(sha256) ?? this.#unwritten.get(sha256);
  }

  isBlocked(sha256: string): boolean {
    return this.blockOf(sha256) !== undefined;
  }

  /** The package of tenants' that has this code. */
  findByCode(codeHash: string): ShelvedPackage | undefined {
    for (const one of this.packages()) if (one.codeHash === codeHash) return one;
    return undefined;
  }

  /** The packages of all tenants; one that several have comes several times. */
  *packages(): Iterable<ShelvedPackage> {
    for (const versions of this.#snapshot.byTenant.values()) {
      for (const { sha256, trial } of versions.values()) {
        const found = [sha256, trial?.sha256 ?? sha256].map((one) => this.#shelf.find(one));
        yield* found.filter((one) => one !== undefined);
      }
    }
  }

  /** Forbids code here at once, and to all other processes as soon as it can be written down. */
  async block(code: BlockedCode): Promise<void> {
    this.#unwritten.set(code.sha256, code);
    await this.refresh();
  }

  /** Looks again who runs what. All who ask during a look share the one that begins after it. */
  refresh(): Promise<void> {
    this.#next ??= this.#lookAfter(this.#looking);
    return this.#next;
  }

  async #lookAfter(before: Promise<void> | undefined): Promise<void> {
    await before?.catch(() => undefined);
    this.#next = undefined;
    this.#looking = this.#look();
    await this.#looking;
  }

  async #look(): Promise<void> {
    const { source } = this.#deps;
    for (const [sha256, code] of this.#unwritten) {
      await source.block(code);
      this.#unwritten.delete(sha256);
    }
    const { versions, blocks } = await source.read();
    await this.#shelf.hold(
      new Set(versions.flatMap(({ sha256, trial }) => [sha256, trial?.sha256 ?? sha256])),
    );
    const pardoned = [...this.#snapshot.blocks.keys()];
    this.#snapshot = {
      byTenant: groupByTenant(versions),
      blocks: new Map(blocks.map((block) => [block.sha256, block])),
    };
    for (const sha256 of pardoned) if (!this.isBlocked(sha256)) this.#pardon(sha256);
  }

  #pardon(sha256: string): void {
    this.#deps.sandbox?.pardon(this.#shelf.find(sha256)?.codeHash ?? sha256);
  }
}

function groupByTenant(versions: readonly InstalledVersion[]): Snapshot["byTenant"] {
  const byTenant = new Map<string, Map<string, InstalledVersion>>();
  for (const version of versions) {
    const own = byTenant.get(version.tenantId) ?? new Map<string, InstalledVersion>();
    byTenant.set(version.tenantId, own.set(version.pluginId, version));
  }
  return byTenant;
}
