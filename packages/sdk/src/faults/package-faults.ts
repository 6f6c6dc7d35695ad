/** What is wrong with a package and its signatures. */
export const PACKAGE_FAULTS = {
  archive_too_large: "the archive has {bytes} bytes; {limit} are the limit",
  unpacked_too_large: "unpacked, the archive has more than {limit} bytes",
  archive_no_gzip: "the archive is no gzip file",
  archive_no_tar: "the archive is no tar file",
  archive_damaged: "the archive is damaged: {error}",
  file_unknown: "no package has a file {name}",
  file_no_file: "{name} is a {type}, not a file",
  file_too_large: "{name} has {bytes} bytes; {limit} are the limit",
  files_too_many: "the archive has {count} files; {limit} are the limit",
  file_repeated: "the archive has two files of one name",
  file_missing: "the package has no {path}",
  file_unreadable: "{path} cannot be read",
  file_not_utf8: "{path} is not UTF-8",
  file_no_json: "{path} is no JSON: {error}",
  version_not_semantic: "{version} is no semantic version",
  level_not_packable: "only pure plugins are packed; this one is {level}",
  entry_odd: "in a package, entry is {expected}, not {entry}",
  icon_no_svg: "does not begin with <svg",
  icon_element: "has an element <{name}>, which no icon needs",
  icon_active: "has handlers, references or declarations; only shapes are allowed",
  sample_content_unknown: "the manifest has no content {name}",

  key_length: "a public key has {bytes} bytes; an Ed25519 key has {expected}",
  private_key_unreadable: "the private key is no Ed25519 key in PEM",
  payload_type_other: "the envelope holds {type}, not {expected}",
  payload_no_json: "the payload of the envelope is no JSON",
  publisher_other: "{pluginId} belongs to {owner}, so {publisher} cannot sign it",
  unsigned_by_publisher: "no key of the publisher signed this package",
  unsigned_by_registry: "no key of the registry signed this package",
  statement_other: "what was signed is another package: its {part} differs",
} as const;

/** What the look through the code finds. */
export const CODE_FAULTS = {
  code_unreadable: "cannot be read as an ES module: {error}",
  code_imports: "a plugin is one module without imports",
  code_makes_code: "{name} makes code out of text",
  code_constructor: "reaches for a constructor, from which code can be made out of text",
  code_global: "{name} is not there for a plugin",
  code_encoded: "a text of {length} encoded characters",
  code_host: "names {host}, which the manifest does not",
  code_minified: "most of it stands in very long lines: hand in readable code",
  code_invisible: "invisible characters that change how the line reads",
} as const;

export const PACKAGE_PLACES = {
  in_file: "{path}",
  in_line: "{path}, line {line}",
  as_settings: "as settings",
  in_envelope: "the envelope",
  in_statement: "the statement",
} as const;
