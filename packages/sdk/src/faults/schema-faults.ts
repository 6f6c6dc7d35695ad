/** What a value can have against the schema that it is held against. */
export const SCHEMA_FAULTS = {
  schema_required: "{path} has no {name}",
  schema_unknown: "{path} has {name}, which is not known there",
  schema_type: "{path} has to be of type {type}",
  schema_enum: "{path} has to be one of {allowed}",
  schema_const: "{path} has to be {allowed}",
  schema_short: "{path} has fewer than {limit} characters",
  schema_long: "{path} has more than {limit} characters",
  schema_number: "{path} has to be {comparison} {limit}",
  schema_pattern: "{path} does not match {pattern}",
  schema_format: "{path} is no {format}",
  schema_few: "{path} has fewer than {limit} entries",
  schema_many: "{path} has more than {limit} entries",
  schema_repeated: "{path} has an entry twice",
  schema_shape: "{path} has none of the forms that are allowed there",
  schema_uncompilable: "the schema of {part} does not compile: {error}",
  schema_pattern_slow: "the pattern {pattern} takes longer than {limitMs} ms",
} as const;
