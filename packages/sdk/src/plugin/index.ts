/**
 * The contract for channel plugins: the manifest (`channel.json`) and the functions of its module.
 * @packageDocumentation
 */
export * from "./access-token.ts";
export * from "./contract.ts";
export type { PureFunctions } from "./functions.ts";
export * from "./json.ts";
export { manifestSchema } from "./manifest.schema.ts";
export * from "./manifest.ts";
