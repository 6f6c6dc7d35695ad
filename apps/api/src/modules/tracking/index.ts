export { createFollowAddress } from "./follow-address.ts";
export { createTrackedAddresses, type TrackedAddresses } from "./tracked-address.rules.ts";
export { trackingRoutes } from "./tracking.routes.ts";
