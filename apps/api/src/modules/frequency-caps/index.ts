export { listCaps } from "./frequency-cap.repository.ts";
export { frequencyCapRoutes } from "./frequency-cap.routes.ts";
export { codeOf, type FrequencyCap } from "./frequency-cap.rules.ts";
export { createFrequencyCapService } from "./frequency-cap.service.ts";
