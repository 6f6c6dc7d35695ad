export { type PriorityBacklog, readBacklog, readBacklogByPriority } from "./backlog.repository.ts";
export { enterCancellation, holdCancellation } from "./cancellation-lock.repository.ts";
export { isCancelledFor } from "./cancelled-for.repository.ts";
export { cancelForUsers, readStandings, type UserStanding } from "./cancelled-users.repository.ts";
export { countInFlight } from "./channel-activity.repository.ts";
export { endUnsent, finishMessages } from "./completion.repository.ts";
export { type DeliveryFilter, findDelivery } from "./delivery.repository.ts";
export { deliveryRoutes } from "./delivery.routes.ts";
export {
  type DeliveryState,
  type Engagement,
  LEFT_STATES,
  mergeReceipt,
  REASONS,
  RECALLABLE_STATES,
  type Receipt,
} from "./delivery.rules.ts";
export { deliveryFilter, deliveryFilterQuery } from "./delivery.schemas.ts";
export { createDeliveryService } from "./delivery.service.ts";
export { createDirectSender } from "./dispatch/direct-sender.ts";
export { createDispatcher, type DispatcherDeps, SEND_QUEUE, SendHint } from "./dispatch/dispatcher.ts";
export type { InFlightLimits } from "./dispatch/fair-share.rules.ts";
export { createHintWatch } from "./dispatch/hint-watch.ts";
export { createTakeTurn, type TurnDeps } from "./expand/expand-turn.ts";
export { createExpander, type ExpanderDeps } from "./expand/expander.ts";
export { expandStep, NIL_UUID } from "./expand/expansion.repository.ts";
export { countFailing } from "./expand/failing.repository.ts";
export { countListed, isListed, isNamed } from "./expand/listed.rules.ts";
export { createSlicer } from "./expand/slicer.ts";
export {
  type AudienceCount,
  type AudienceTally,
  createExplainAudience,
  EXPLAINING_MS,
  type ExplainAudience,
  type ExplainedStory,
  type PlannedAudience,
} from "./explain/explain-audience.ts";
export type { UserStory } from "./explain/explaining.repository.ts";
export { MAX_SAMPLES, type Sample, type Tally } from "./explain/explanation.rules.ts";
export type { RecipientMeter } from "./explain/recipient-meter.rules.ts";
export { holdUnsent, KEPT_BACK_SECONDS, releaseUnsent } from "./holding.repository.ts";
export { releaseDeferred } from "./judge/deferral.repository.ts";
export { createReadRestraints, type ReadRestraints } from "./judge/restraints.ts";
export { applyReceipts } from "./receipts/apply-receipts.ts";
export { keepAndApply } from "./receipts/receipt.repository.ts";
export { receiptRoutes } from "./receipts/receipt.routes.ts";
export { createReceiveReceipt } from "./receipts/receive-receipt.ts";
export {
  listResendable,
  lookForResendable,
  type ResendableDelivery,
  type ResendSearch,
  saveResends,
} from "./resend.repository.ts";
export {
  carriesUnsubscribe,
  neededVariables,
  renderDelivery,
  type TrackedAddress,
  type UnsubscribeUrl,
  valuesFor,
} from "./send/content.rules.ts";
export { knownRateOf, perSecondOf } from "./send/pace.rules.ts";
export { setRate } from "./send/pacer.repository.ts";
export { type ReadyRow, START_WITHIN_SECONDS } from "./send/send.repository.ts";
export type { ChannelHealth, ChannelObservation, SendChunksDeps } from "./send/send-batch.ts";
export { type ChunkSender, createChunkSender } from "./send/send-chunks.ts";
export { withdrawSteps } from "./send/withdrawal.repository.ts";
export { LEDGER_KINDS, type LedgerKind } from "./upkeep/ledger.repository.ts";
export { createLedger, type LedgerReport } from "./upkeep/ledger.ts";
export { findLedgerRound, type LedgerRoundRow, saveLedgerRound } from "./upkeep/ledger-round.repository.ts";
export { wakeRetries } from "./upkeep/retry.repository.ts";
export { createStrandedLoop } from "./upkeep/stranded.ts";
export { createSweeperLoops } from "./upkeep/sweeper.ts";
export { markWasted } from "./wasted.repository.ts";
