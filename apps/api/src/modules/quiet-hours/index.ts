export { findOwn, findSettings, listShared } from "./quiet-hours.repository.ts";
export { quietHoursRoutes } from "./quiet-hours.routes.ts";
export {
  checkQuietHours,
  defaultChoice,
  judgeQuietHours,
  MAX_SHARED,
  meetQuietHours,
  QUIET_HOURS_HOLDERS,
  type QuietHours,
  type QuietHoursChoice,
  type QuietHoursMet,
  type QuietNow,
  type QuietSubject,
} from "./quiet-hours.rules.ts";
export { QuietHours as QuietHoursSchema, timeOfDay } from "./quiet-hours.schemas.ts";
export { createQuietHoursService } from "./quiet-hours.service.ts";
export { createReleaseLoop } from "./releasing.ts";
