export { resendRoutes } from "./resend.routes.ts";
export { createResendService } from "./resend.service.ts";
