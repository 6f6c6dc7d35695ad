export * from "./client/index.ts";
export * from "./ids.ts";
export { migrate } from "./migrate.ts";
export * as schema from "./schema/index.ts";
