export type { NewMessage } from "./accept.repository.ts";
export { findByIdempotencyKeys } from "./accept.repository.ts";
export { checkSend, contentHashOf, type SendMessage, titleOf } from "./accept.rules.ts";
export { type AcceptMessage, createAcceptMessage, scopeOf } from "./accept-message.ts";
export { type AcceptedMessage, replay, toAccepted } from "./accepted-message.ts";
export { type Admission, type BacklogLimits, createAdmission, DEFAULT_BACKLOG } from "./admission.ts";
export { decideMessage } from "./decide-message.ts";
export { idempotencyKeyReused } from "./message.errors.ts";
export { messageRoutes } from "./message.routes.ts";
export {
  AcceptedMessage as AcceptedMessageAnswer,
  AskedAudience,
  IdempotencyHeader,
  MessageContentFields,
  ScheduleFields,
  SendMessageFields,
  toAcceptedMessage,
  toAskedAudience,
} from "./message.schemas.ts";
export { createMessageService, type MessageService } from "./message.service.ts";
export { createPauseService } from "./pause-message.ts";
export { type MessageToRepeat, reserveMessage } from "./repeat.repository.ts";
export { expiryOf, judgeSchedule, type Schedule } from "./schedule.rules.ts";
export { assertOneOfEach, createSendPlanner, getUsableChannels, type SendPlanner } from "./send-plan.ts";
export { categoryOf, optionsOf } from "./sending-options.rules.ts";
export { type RequestApproval, storeApprovedMessage, storeMessage } from "./store-message.ts";
export { createUpdateMessage } from "./update-message.ts";
export { createWakingLoop } from "./waking.ts";
