export { findSettings, listShared } from "./quiet-hours.repository.ts";
export { quietHoursRoutes } from "./quiet-hours.routes.ts";
export {
  defaultChoice,
  judgeQuietHours,
  MAX_SHARED,
  type QuietHoursChoice,
  type QuietNow,
} from "./quiet-hours.rules.ts";
export { createQuietHoursService } from "./quiet-hours.service.ts";
