export { createFindReviewProblems, type FindReviewProblems } from "./find-review-problems.ts";
export { createSyncChannel } from "./sync-channel.ts";
export { vendorTemplateRoutes } from "./vendor-template.routes.ts";
export { createVendorTemplateService } from "./vendor-template.service.ts";
export { createVendorTemplateSyncer } from "./vendor-template-syncer.ts";
