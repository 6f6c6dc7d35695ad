import type { NativePlugin, PluginManifest, PurePlugin } from "@tidings/sdk/plugin";
import type { FieldProblem } from "../errors.ts";
import type { Sandbox } from "./sandbox/index.ts";

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

/** The functions of a pure plugin as the host calls them: in this process, or behind the walls of the sandbox. */
export type PureFunctions = {
  [Name in keyof PurePlugin]: NonNullable<PurePlugin[Name]> extends (input: infer Input) => infer Output
    ? (input: Input) => Output | Promise<Output>
    : never;
};

/** Where the pure plugins of a folder run. Native ones need what the sandbox denies, and always run in this process. */
export type Isolation = { kind: "in-process" } | { kind: "sealed"; sandbox: Pick<Sandbox, "seal"> };

/** What a plugin's entry exports, by the level its manifest declares. */
export type PluginModule =
  | { level: "pure"; functions: PureFunctions }
  | { level: "native"; functions: NativePlugin };

/** The catalogue together with the code behind it, which only the runtime may touch. */
export interface LoadedPlugins extends PluginCatalogue {
  /** The module as it is to be called for a tenant. */
  module(pluginId: string, tenantId: string): PluginModule | undefined;
}
