export type { NewMessage } from "./accept.repository.ts";
export { type AcceptMessage, createAcceptMessage } from "./accept-message.ts";
export { type BacklogLimits, createAdmission, DEFAULT_BACKLOG } from "./admission.ts";
export { decideMessage } from "./decide-message.ts";
export { messageRoutes } from "./message.routes.ts";
export { createMessageService, type MessageService } from "./message.service.ts";
export { createSendPlanner } from "./send-plan.ts";
