export type { NewMessage } from "./accept/accept.repository.ts";
export { findByIdempotencyKeys } from "./accept/accept.repository.ts";
export {
  checkSend,
  contentHashOf,
  type MessageRequest,
  type SendMessage,
  titleOf,
} from "./accept/accept.rules.ts";
export { type AcceptMessage, createAcceptMessage, scopeOf } from "./accept/accept-message.ts";
export { type AcceptedMessage, replay, toAccepted } from "./accept/accepted-message.ts";
export { type Admission, type BacklogLimits, createAdmission, DEFAULT_BACKLOG } from "./accept/admission.ts";
export { recordingUses } from "./accept/audience-use.repository.ts";
export { createForgettingLoop } from "./accept/forgetting.ts";
export { type MessageToRepeat, reserveMessage } from "./accept/repeat.repository.ts";
export { type RequestApproval, storeApprovedMessage, storeMessage } from "./accept/store-message.ts";
export { createCancelForUsers } from "./course/cancel-for-users.ts";
export { decideMessage } from "./course/decide-message.ts";
export { createPauseService } from "./course/pause-message.ts";
export { expiryOf, judgeSchedule, type Schedule } from "./course/schedule.rules.ts";
export { createUpdateMessage } from "./course/update-message.ts";
export { createWakingLoops } from "./course/waking.ts";
export { createJudgeAgain } from "./estimate/judge-again.ts";
export { createJudgeApproval, type JudgeApprovalDeps } from "./estimate/judge-approval.ts";
export type { StoredMessage } from "./estimate/stored-message.repository.ts";
export { createExplainMessage } from "./explain/explain-message.ts";
export { explanationRoutes } from "./explain/explanation.routes.ts";
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
export { progressRoutes } from "./progress/progress.routes.ts";
export { isOver } from "./progress/progress.rules.ts";
export { createProgressFeed } from "./progress/progress-feed.ts";
export { DEFAULT_STREAMS } from "./progress/stream-places.ts";
export { createWatchMessage, progressViewOf } from "./progress/watch-message.ts";
export { AskedAudience, toAskedAudience } from "./request/asked-audience.schemas.ts";
export { createCountAudience } from "./request/count-audience.ts";
export { resolveAudience } from "./request/resolve-audience.ts";
export {
  assertOneOfEach,
  createSendPlanner,
  getUsableChannels,
  type SendPlanner,
} from "./request/send-plan.ts";
export {
  assertOneList,
  categoryOf,
  optionsOf,
  withoutDeduplication,
} from "./request/sending-options.rules.ts";
