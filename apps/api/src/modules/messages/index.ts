export type { NewMessage } from "./accept.repository.ts";
export { type AcceptMessage, createAcceptMessage } from "./accept-message.ts";
export { decideMessage } from "./decide-message.ts";
export { messageRoutes } from "./message.routes.ts";
export { createMessageService, type MessageService } from "./message.service.ts";
export { createPauseService } from "./pause-message.ts";
export { createSendPlanner } from "./send-plan.ts";
export { createUpdateMessage } from "./update-message.ts";
export { createWakingLoop } from "./waking.ts";
