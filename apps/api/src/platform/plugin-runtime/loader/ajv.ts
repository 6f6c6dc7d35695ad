import { isJsonText } from "@tidings/sdk/plugin";
import { Ajv2020 } from "ajv/dist/2020.js";
import formats from "ajv-formats";

/** A strict validator for the schemas inside manifests: an unknown keyword is a typing mistake, and an error. */
export function createAjv(): Ajv2020 {
  const ajv = new Ajv2020({ allErrors: true, strict: true });
  formats.default(ajv);
  ajv.addFormat("json", isJsonText);
  ajv.addVocabulary(["x-secret", "x-title-zh", "x-description-zh", "x-group", "x-choices", "x-when"]);
  return ajv;
}
