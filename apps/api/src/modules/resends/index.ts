export { resendRoutes } from "./resend.routes.ts";
export { createResendService, type ResendDeps } from "./resend.service.ts";
