/** What is wrong with a registry. */
export const REGISTRY_FAULTS = {
  registry_file_missing: "the registry has no {path}",
  registry_file_too_large: "{path} has more than {limit} bytes",
  registry_unreachable: "{path} cannot be fetched: {error}",
  registry_refuses: "{path} cannot be fetched: HTTP {status}",
  index_unsigned: "the index is not signed by a key of this registry",
  index_older: "the index has sequence {sequence}; {known} was read before",
  index_differs_from_log: "the index lists other versions than the log",
  versions_other: "{path} is not the one that the index names",
  version_unlisted: "the registry does not list {pluginId} {version}",
  version_listed_twice: "a version is listed twice",
  archive_other: "{path} is not the archive that is listed",
  archive_of_other: "{path} holds {pluginId} {version}",
  publisher_unlisted: "{pluginId}: {slug} is no publisher of this registry",
  log_other: "the log is not the one that the index names: it has {count} lines",
  log_broken: "line {line} of the log does not follow the one before",
  log_unsigned: "line {line} of the log is not signed by the registry",
  log_unreadable: "line {line} of the log cannot be read",
  log_rewrites: "the log gives {name} another archive than it had before",
} as const;

export const REGISTRY_PLACES = {
  in_well_known: "the well-known document",
  in_index: "the index",
  in_versions: "versions.json",
  in_log_line: "line {line} of the log",
} as const;
