import { defineFaults, definePlaces, type Fault } from "@tidings/sdk/package";
import type { FieldProblem } from "../../platform/errors.ts";

/** What the desk has against a version or a registry, beyond what the SDK finds. */
export const marketplaceFault = defineFaults({
  /** Of a time when faults had no codes. */
  as_written: "{text}",
  promise_broken: "{check} fails: {en}",
  functions_missing: "plugin.js does not export plan and settle",
  code_not_loadable: "{error}",
  checks_too_long: "the checks take longer than {seconds} seconds",
  plugin_too_greedy: "it takes more time or memory than it may",
  overrun_output: "{name} gave more than it may",
  overrun_time: "{name} took too long",
  overrun_no_answer: "{name} gave no answer",
  publisher_foreign: "the package is {pluginId}; {slug} publishes only what begins with {slug}/",
  key_revoked: "the key {keyId} of {slug} was revoked; sign with a live one",
  registry_rewrites: "it gives {pluginId} {version} another archive than it had before",
  index_overtaken: "a later index than {sequence} was read meanwhile",
  registry_files_too_many: "the registry has more than {limit} files",
  registry_reading_too_long: "reading takes longer than {seconds} seconds",
});

export const marketplacePlace = definePlaces({ in_loading: "plugin.js cannot be loaded" });

const PROBLEM_LIMIT = 20;

/** Faults as what is wrong with a field of the input. */
export const problemsOf = (pointer: string, faults: readonly Fault[]): FieldProblem[] =>
  faults
    .slice(0, PROBLEM_LIMIT)
    .map(({ code, params, at, detail }) => ({ pointer, code, params, at, detail }));
