import type { NativePlugin, PluginManifest, PureFunctions } from "@tidings/sdk/plugin";
import type { FieldProblem } from "../errors.ts";
import type { Obstacle } from "./execution/obstacles.ts";

export type { PureFunctions };

/** A plugin that passed every check when it was loaded. */
export interface LoadedPlugin {
  /** Deeply frozen. */
  manifest: PluginManifest;
  /**
   * Says what is wrong with the values of the settings form, secrets included: all fields in one flat object.
   * Pointers read `/settings/<name>`, or `/secrets/<name>` for a secret field.
   */
  validateSettings(values: Record<string, unknown>): FieldProblem[];
  /** The names of the fields marked `x-secret`. */
  secretFields: readonly string[];
  /** Of the package that a tenant has installed, hex; a shipped one has none. */
  sha256?: string;
}

/** The plugins of one tenant as they are at this moment: those that ship with the installation, and its own. */
export interface PluginCatalogue {
  /** Sorted by id. */
  list(): LoadedPlugin[];
  find(pluginId: string): LoadedPlugin | undefined;
  /** Why nothing can be sent by the plugin although the tenant has it; undefined as well if it has no such plugin. */
  obstacleTo(pluginId: string): Obstacle | undefined;
}

/** The plugins as each tenant has them. They change while the process runs, so an answer is not to be kept. */
export interface PluginCatalogues<Catalogue = PluginCatalogue> {
  of(tenantId: string): Catalogue;
}

/** A plugin that runs in the sandbox only. */
export interface SealedPlugin {
  /** SHA-256 of its code, hex. */
  hash: string;
  /** Names of the functions it exports. */
  exports: readonly string[];
  /** Its functions for one tenant: what they remember between calls, no other tenant's calls find. */
  functionsFor(tenantId: string): PureFunctions;
}

/** Loads plugins behind walls. */
export interface Sealer {
  /**
   * Loads a plugin's code, which is one module without imports.
   *
   * @param firstFor the tenant that is about to call it, for whom it is loaded at once; without one it is only looked at
   * @throws PluginFault if it cannot be loaded, PluginUnavailable if there is no sandbox or the code is disabled
   */
  seal(pluginId: string, code: string, firstFor?: string): Promise<SealedPlugin>;
}

/** Where the pure plugins of a folder run. Native ones need what the sandbox denies, and always run in this process. */
export type Isolation = { kind: "in-process" } | { kind: "sealed"; sandbox: Sealer };

/** What a plugin's entry exports, by the level its manifest declares. */
export type PluginModule =
  | { level: "pure"; functions: PureFunctions }
  | { level: "native"; functions: NativePlugin };

/** One version of a plugin, for one batch or call: what is done with it from now on changes no more. */
export interface OpenPlugin {
  manifest: PluginManifest;
  /**
   * Loads the code if this process has not run it yet.
   *
   * @throws PluginUnavailable if it is blocked, damaged, or there is no sandbox
   */
  module(): Promise<PluginModule>;
  /** Set while the tenant tries a new version: the hash of this one, by which its results are counted. */
  trialSha256?: string;
}

/** The catalogues together with the code behind them, which only the runtime may touch. */
export interface LoadedPlugins extends PluginCatalogues {
  /** The version as it is to be called for a tenant; while a new one is tried, some batches get that. */
  open(tenantId: string, pluginId: string, batch?: { ref: string; size: number }): OpenPlugin | undefined;
}
