/**
 * The contract for channel plugins: the manifest (`channel.json`) and the functions of its module.
 * @packageDocumentation
 */
export * from "./access-token.ts";
export * from "./allowances.ts";
export type { BillingRules } from "./billing.ts";
export * from "./contract.ts";
export type { PureFunctions } from "./functions.ts";
export * from "./hmac.ts";
export * from "./inbox.ts";
export * from "./json.ts";
export * from "./jwt.ts";
export { manifestSchema } from "./manifest.schema.ts";
export * from "./manifest.ts";
export * from "./parts/index.ts";
export * from "./receipt-authentication.ts";
export { isJsonText } from "./setting-formats.ts";
export * from "./signed-token.ts";
