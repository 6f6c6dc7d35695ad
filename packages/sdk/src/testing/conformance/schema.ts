import { Ajv2020, type Options, type ValidateFunction } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { findAllowanceFaults, isJsonText, manifestSchema, type PluginManifest } from "../../plugin/index.ts";
import { boundedPattern } from "./bounded-pattern.ts";

/**
 * What is wrong with a manifest, in sentences; nothing if it is valid. The conformance checks include
 * it; it stands alone for native plugins, whose code they cannot run.
 */
export function findManifestProblems(manifest: unknown): string[] {
  const problems = findSchemaProblems(manifestSchema, manifest);
  if (problems.length > 0) return problems;
  const { settings, address, errors = {}, suppresses = {} } = manifest as PluginManifest;
  return [
    ...findCompileProblems("settings", settings),
    ...findCompileProblems("address", address.schema),
    ...Object.keys(suppresses)
      .filter((code) => !Object.hasOwn(errors, code))
      .map((code) => `suppresses ${code}, which has no words in errors`),
    ...findAllowanceFaults(manifest as PluginManifest),
  ];
}

function findCompileProblems(name: string, schema: object): string[] {
  try {
    compile(schema);
    return [];
  } catch (error) {
    return [`the schema of ${name} does not compile: ${error}`];
  }
}

/** What is wrong with a value by a JSON Schema (2020-12) of our own, in sentences. */
export function findSchemaProblems(schema: object, value: unknown): string[] {
  return findProblems(compile(schema), value);
}

/** What is wrong with a value by a schema out of a manifest, whose patterns may be meant to take for ever. */
export function findFormProblems(schema: object, value: unknown): string[] {
  try {
    return findProblems(
      makeAjv({ code: { regExp: Object.assign(boundedPattern, { code: "" }) } }).compile(schema),
      value,
    );
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
}

function findProblems(validate: ValidateFunction, value: unknown): string[] {
  if (validate(value)) return [];
  return (validate.errors ?? []).map((error) => `${error.instancePath || "/"} ${error.message}`);
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
