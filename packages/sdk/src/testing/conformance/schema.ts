import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { manifestSchema, type PluginManifest } from "../../plugin/index.ts";

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

/** What is wrong with a value by a JSON Schema (2020-12), in sentences. */
export function findSchemaProblems(schema: object, value: unknown): string[] {
  const validate = compile(schema);
  if (validate(value)) return [];
  return (validate.errors ?? []).map((error) => `${error.instancePath || "/"} ${error.message}`);
}

/** Compiling costs a hundred times what validating does, and most schemas are constants. */
const compiled = new WeakMap<object, ValidateFunction>();

function compile(schema: object): ValidateFunction {
  const known = compiled.get(schema);
  if (known) return known;
  const ajv = new Ajv2020({ allErrors: true, strict: false });
  addFormats.default(ajv);
  const validate = ajv.compile(schema);
  compiled.set(schema, validate);
  return validate;
}
