export { healthRoutes } from "./health.routes.ts";
export { createHealthService } from "./health.service.ts";
export { createProcessReporter } from "./process-reporter.ts";
