export { findSegmentRule } from "./segment.repository.ts";
export { segmentRoutes } from "./segment.routes.ts";
export { referencesOf } from "./segment.rules.ts";
export { SegmentRule } from "./segment.schemas.ts";
export { createSegmentService } from "./segment.service.ts";
export { matchesRule } from "./segment-rule.repository.ts";
