export { recallRoutes } from "./recall.routes.ts";
export { createRecallService, type RecallServiceDeps } from "./recall.service.ts";
export { createRecaller, type RecallerDeps } from "./recaller.ts";
