export { createBlankDatabase, createTestDatabase, type TestDatabase } from "./databases.ts";
export { until } from "./until.ts";
