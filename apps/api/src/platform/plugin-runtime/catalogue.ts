import type { NativePlugin, PluginManifest, PurePlugin } from "@tidings/sdk/plugin";
import type { FieldProblem } from "../errors.ts";

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

/** What a plugin's entry exports, by the level its manifest declares. */
export type PluginModule =
  | { level: "pure"; functions: PurePlugin }
  | { level: "native"; functions: NativePlugin };

/** The catalogue together with the code behind it, which only the runtime may touch. */
export interface LoadedPlugins extends PluginCatalogue {
  module(pluginId: string): PluginModule | undefined;
}
