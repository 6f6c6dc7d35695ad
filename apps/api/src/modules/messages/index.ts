export type { NewMessage } from "./accept.repository.ts";
export { findByIdempotencyKeys } from "./accept.repository.ts";
export { checkSend, contentHashOf, type MessageRequest, type SendMessage, titleOf } from "./accept.rules.ts";
export { type AcceptMessage, createAcceptMessage, scopeOf } from "./accept-message.ts";
export { type AcceptedMessage, replay, toAccepted } from "./accepted-message.ts";
export { type Admission, type BacklogLimits, createAdmission, DEFAULT_BACKLOG } from "./admission.ts";
export { AskedAudience, toAskedAudience } from "./asked-audience.schemas.ts";
export { recordingUses } from "./audience-use.repository.ts";
export { createCountAudience } from "./count-audience.ts";
export { decideMessage } from "./decide-message.ts";
export { createExplainMessage } from "./explain-message.ts";
export { explanationRoutes } from "./explanation.routes.ts";
export { createForgettingLoop } from "./forgetting.ts";
export { createJudgeApproval } from "./judge-approval.ts";
export { idempotencyKeyReused } from "./message.errors.ts";
export { messageRoutes } from "./message.routes.ts";
export {
  AcceptedMessage as AcceptedMessageAnswer,
  audienceKind,
  IdempotencyHeader,
  MessageContentFields,
  ScheduleFields,
  SendMessageFields,
  toAcceptedMessage,
} from "./message.schemas.ts";
export { createMessageService, type MessageService } from "./message.service.ts";
export { createPauseService } from "./pause-message.ts";
export { progressRoutes } from "./progress.routes.ts";
export { isOver } from "./progress.rules.ts";
export { createProgressFeed } from "./progress-feed.ts";
export { type MessageToRepeat, reserveMessage } from "./repeat.repository.ts";
export { resolveAudience } from "./resolve-audience.ts";
export { expiryOf, judgeSchedule, type Schedule } from "./schedule.rules.ts";
export { assertOneOfEach, createSendPlanner, getUsableChannels, type SendPlanner } from "./send-plan.ts";
export { assertOneList, categoryOf, optionsOf, withoutDeduplication } from "./sending-options.rules.ts";
export { type RequestApproval, storeApprovedMessage, storeMessage } from "./store-message.ts";
export { DEFAULT_STREAMS } from "./stream-places.ts";
export { createUpdateMessage } from "./update-message.ts";
export { createWakingLoop } from "./waking.ts";
export { createWatchMessage, progressViewOf } from "./watch-message.ts";
