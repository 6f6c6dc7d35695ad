import type { NativePlugin, PluginManifest, PureFunctions } from "@tidings/sdk/plugin";
import type { FieldProblem } from "../errors.ts";

export type { PureFunctions };

/** A plugin that passed every check at start. */
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
}

/** The plugins of this installation. */
export interface PluginCatalogue {
  /** Sorted by id. */
  list(): LoadedPlugin[];
  find(pluginId: string): LoadedPlugin | undefined;
}

/** A plugin that runs in the sandbox only. */
export interface SealedPlugin {
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
   * @throws PluginFault if it cannot be loaded, PluginUnavailable if there is no sandbox or the code is disabled
   */
  seal(pluginId: string, code: string): Promise<SealedPlugin>;
}

/** Where the pure plugins of a folder run. Native ones need what the sandbox denies, and always run in this process. */
export type Isolation = { kind: "in-process" } | { kind: "sealed"; sandbox: Sealer };

/** What a plugin's entry exports, by the level its manifest declares. */
export type PluginModule =
  | { level: "pure"; functions: PureFunctions }
  | { level: "native"; functions: NativePlugin };

/** The catalogue together with the code behind it, which only the runtime may touch. */
export interface LoadedPlugins extends PluginCatalogue {
  /** The module as it is to be called for a tenant. */
  module(pluginId: string, tenantId: string): PluginModule | undefined;
}
