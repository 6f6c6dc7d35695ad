export * from "./client/index.ts";
export * from "./ids.ts";
export * as schema from "./schema/index.ts";
