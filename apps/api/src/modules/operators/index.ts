export { createAppointingLoop } from "./appointing.ts";
export { recordInstallationAudit } from "./installation-audit.repository.ts";
export {
  type InstallationActor,
  type InstallationContext,
  type LoginContext,
  loginOf,
} from "./installation-context.ts";
export { findTenantName, isOperator, type TenantName } from "./operator.repository.ts";
export { operatorRoutes } from "./operator.routes.ts";
export { createOperatorService } from "./operator.service.ts";
export { type AsOperator, actAsOperator } from "./operator-transaction.ts";
