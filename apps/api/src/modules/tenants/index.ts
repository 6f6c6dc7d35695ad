export { type DailyUse, dailyRefusal, findDailyUse, takingDaily } from "./daily-quota.repository.ts";
export { giveBackQuota, takeQuota } from "./quota.repository.ts";
export { quotaRoutes } from "./quota.routes.ts";
export { type ChannelKinds, createQuotaService, type QuotaService } from "./quota.service.ts";
export {
  findTenant,
  getCurrentKey,
  lockTenant,
  noteUserDeleted,
  type TenantRow,
} from "./tenant.repository.ts";
export { tenantRoutes } from "./tenant.routes.ts";
export { isTimeZone, type Locale } from "./tenant.rules.ts";
export { timeZone } from "./tenant.schemas.ts";
export {
  type CreateTenant,
  createTenantService,
  type NewTenant,
  type SystemContext,
  type TenantService,
} from "./tenant.service.ts";
