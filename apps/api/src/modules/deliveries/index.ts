export { applyReceipts } from "./apply-receipts.ts";
export { readBacklog } from "./backlog.repository.ts";
export { enterCancellation, holdCancellation } from "./cancellation-lock.repository.ts";
export { endUnsent, finishMessages } from "./completion.repository.ts";
export { neededVariables, type TrackedAddress, valuesFor } from "./content.rules.ts";
export { releaseDeferred } from "./deferral.repository.ts";
export { type DeliveryFilter, findDelivery } from "./delivery.repository.ts";
export { deliveryRoutes } from "./delivery.routes.ts";
export {
  type DeliveryState,
  type Engagement,
  mergeReceipt,
  REASONS,
  RECALLABLE_STATES,
  type Receipt,
} from "./delivery.rules.ts";
export { deliveryFilter } from "./delivery.schemas.ts";
export { createDeliveryService } from "./delivery.service.ts";
export { createDirectSender } from "./direct-sender.ts";
export { createDispatcher, SEND_QUEUE, SendHint } from "./dispatcher.ts";
export { createExpander } from "./expander.ts";
export { expandStep, NIL_UUID } from "./expansion.repository.ts";
export {
  type AudienceCount,
  type AudienceTally,
  createExplainAudience,
  EXPLAINING_MS,
  type ExplainAudience,
  type ExplainedStory,
  type PlannedAudience,
} from "./explain-audience.ts";
export type { UserStory } from "./explaining.repository.ts";
export { MAX_SAMPLES, type Sample, type Tally } from "./explanation.rules.ts";
export { countFailing } from "./failing.repository.ts";
export type { InFlightLimits } from "./fair-share.rules.ts";
export { createHintWatch } from "./hint-watch.ts";
export { holdUnsent, releaseUnsent } from "./holding.repository.ts";
export { createLedger, type LedgerReport } from "./ledger.ts";
export { countListed, isListed } from "./listed.rules.ts";
export { perSecondOf } from "./pace.rules.ts";
export { setRate } from "./pacer.repository.ts";
export { keepAndApply } from "./receipt.repository.ts";
export { receiptRoutes } from "./receipt.routes.ts";
export { createReceiveReceipt } from "./receive-receipt.ts";
export {
  listResendable,
  type Resendable,
  type ResendFilter,
  saveResends,
} from "./resend.repository.ts";
export { createReadRestraints, type ReadRestraints } from "./restraints.ts";
export { wakeRetries } from "./retry.repository.ts";
export { START_WITHIN_SECONDS } from "./send.repository.ts";
export type { ChannelHealth, ChannelObservation, SendChunksDeps } from "./send-batch.ts";
export { createSendChunks } from "./send-chunks.ts";
export { createStrandedLoop } from "./stranded.ts";
export { createSweeperLoops } from "./sweeper.ts";
export { withdrawSteps } from "./withdrawal.repository.ts";
