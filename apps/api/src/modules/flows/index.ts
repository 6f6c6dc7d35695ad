export { createFallbackLoop } from "./fallback.ts";
export { wakeFlows } from "./flow.repository.ts";
