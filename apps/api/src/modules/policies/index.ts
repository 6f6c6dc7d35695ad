export { findPinnedPolicy, findPolicyVersion, type PinnedPolicy } from "./pinned-policy.repository.ts";
export { policyArchived } from "./policy.errors.ts";
export { policyRoutes } from "./policy.routes.ts";
export { createPolicyService } from "./policy.service.ts";
