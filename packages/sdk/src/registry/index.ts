/**
 * Registries of plugins as static files: they are read from a folder, any web server, or a copy that never saw one.
 * @packageDocumentation
 */
export { type BuiltRegistry, buildRegistry, type PreviousRegistry } from "./build.ts";
export type { RegistryContent, RegistryEntry } from "./content.ts";
export {
  LABELS,
  type Label,
  type ListedPlugin,
  type ListedVersion,
  type RegistryPublisher,
  WELL_KNOWN_PATH,
} from "./format.ts";
export {
  type Registry,
  type RegistryPackage,
  type RegistryTrust,
  readRegistry,
  readSequence,
} from "./read.ts";
export { folderSource, httpSource, type RegistrySource } from "./source.ts";
export { writeRegistry } from "./write.ts";
