export type { AppEnv, PublisherTokenHolder } from "./app-env.ts";
export { invalidRequest } from "./checked-input.ts";
export { type EventSink, eventStream } from "./event-stream.ts";
export type { Page, PageRequest } from "./fields.ts";
export * as fields from "./fields.ts";
export { readCursor, toPage } from "./pagination.ts";
export {
  access,
  createRoute,
  createRouter,
  json,
  jsonBody,
  memberAccess,
  operatorAccess,
  problems,
  publicAccess,
  publisherAccess,
  type Router,
  tenantAccess,
  z,
} from "./router.ts";
