export { giveBackQuota, takeQuota } from "./quota.repository.ts";
