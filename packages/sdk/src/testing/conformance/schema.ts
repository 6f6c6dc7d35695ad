import { Ajv2020, type ErrorObject, type Options, type ValidateFunction } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { type Fault, fault } from "../../faults/index.ts";
import { findAllowanceFaults } from "../../faults/manifest-parts.ts";
import { isJsonText, manifestSchema, type PluginManifest } from "../../plugin/index.ts";
import { boundedPattern, SlowPattern } from "./bounded-pattern.ts";
import { faultOf } from "./schema-fault.ts";

/**
 * What is wrong with a manifest; nothing if it is valid. The conformance checks include
 * it; it stands alone for native plugins, whose code they cannot run.
 */
export function findManifestProblems(manifest: unknown): Fault[] {
  const problems = findSchemaProblems(manifestSchema, manifest);
  if (problems.length > 0) return problems;
  const { settings, address, errors = {}, suppresses = {} } = manifest as PluginManifest;
  return [
    ...findCompileProblems("settings", settings),
    ...findCompileProblems("address", address.schema),
    ...Object.keys(suppresses)
      .filter((code) => !Object.hasOwn(errors, code))
      .map((name) => fault("suppressed_code_wordless", { name })),
    ...findAllowanceFaults(manifest as PluginManifest),
  ];
}

function findCompileProblems(part: string, schema: object): Fault[] {
  try {
    compile(schema);
    return [];
  } catch (error) {
    return [fault("schema_uncompilable", { part, error: String(error) })];
  }
}

/** What is wrong with a value by a JSON Schema (2020-12) of our own. */
export function findSchemaProblems(schema: object, value: unknown): Fault[] {
  return findProblems(compile(schema), value);
}

/** What is wrong with a value by a schema out of a manifest, whose patterns may be meant to take for ever. */
export function findFormProblems(schema: object, value: unknown): Fault[] {
  try {
    return findProblems(
      makeAjv({ code: { regExp: Object.assign(boundedPattern, { code: "" }) } }).compile(schema),
      value,
    );
  } catch (error) {
    if (error instanceof SlowPattern) {
      return [fault("schema_pattern_slow", { pattern: error.pattern, limitMs: error.limitMs })];
    }
    return [fault("schema_uncompilable", { part: "settings", error: String(error) })];
  }
}

function findProblems(validate: ValidateFunction, value: unknown): Fault[] {
  return validate(value) ? [] : (validate.errors ?? []).map((error: ErrorObject) => faultOf(error));
}

/** Compiling costs a hundred times what validating does, and most schemas are constants. */
const compiled = new WeakMap<object, ValidateFunction>();

function compile(schema: object): ValidateFunction {
  const known = compiled.get(schema);
  if (known) return known;
  const validate = makeAjv().compile(schema);
  compiled.set(schema, validate);
  return validate;
}

function makeAjv(options: Options = {}): Ajv2020 {
  const ajv = new Ajv2020({ allErrors: true, strict: false, ...options });
  addFormats.default(ajv);
  ajv.addFormat("json", isJsonText);
  return ajv;
}
