import { allowanceRoutes, createAllowanceService } from "../modules/allowances/index.ts";
import {
  approvalRoutes,
  createApprovalFlowService,
  createApprovalRequestService,
  findDemandedLevels,
  isApprovalNeeded,
  voidApproval,
} from "../modules/approvals/index.ts";
import {
  audienceFileRoutes,
  createAudienceFileService,
  createUploadAudienceFile,
} from "../modules/audience-files/index.ts";
import {
  channelRoutes,
  createChannelHealthService,
  createChannelService,
  createChannelVerificationService,
  findChannel,
  findChannelTenant,
  isReceiptToken,
} from "../modules/channels/index.ts";
import { readCollection } from "../modules/collections/index.ts";
import {
  countInFlight,
  createDeliveryService,
  createExplainAudience,
  createReceiveReceipt,
  deliveryRoutes,
  EXPLAINING_MS,
  endUnsent,
  readBacklog,
  receiptRoutes,
  wakeRetries,
} from "../modules/deliveries/index.ts";
import { holdInstallation } from "../modules/installations/index.ts";
import {
  type AcceptMessage,
  createAcceptMessage,
  createAdmission,
  createCancelForUsers,
  createCountAudience,
  createExplainMessage,
  createJudgeApproval,
  createMessageService,
  createPauseService,
  createProgressFeed,
  createSendPlanner,
  createUpdateMessage,
  createWatchMessage,
  DEFAULT_BACKLOG,
  DEFAULT_STREAMS,
  explanationRoutes,
  isOver,
  type MessageService,
  messageRoutes,
  progressRoutes,
  progressViewOf,
  type SendPlanner,
} from "../modules/messages/index.ts";
import { createPreviewSending, createSendTest, previewRoutes } from "../modules/previews/index.ts";
import {
  countRecent,
  createStatisticsService,
  readMessageTotals,
  statisticsRoutes,
} from "../modules/statistics/index.ts";
import { createFollowAddress, trackingRoutes } from "../modules/tracking/index.ts";
import {
  createUnsubscriptionService,
  createVisitThrottle,
  unsubscriptionRoutes,
} from "../modules/unsubscriptions/index.ts";
import {
  createFindReviewProblems,
  createSyncChannel,
  createVendorTemplateService,
  vendorTemplateRoutes,
} from "../modules/vendor-templates/index.ts";
import { readIn, transactAtOnceIn } from "../platform/database/index.ts";
import type { ChannelHandle } from "../platform/plugin-runtime/index.ts";
import { createRecentAnswers } from "../platform/recent-answers.ts";
import { createTurns } from "../platform/turns.ts";
import { applyDecision } from "./apply-decision.ts";
import { askForMessage } from "./ask-for-approval.ts";
import type { Nudge } from "./engine.ts";
import type { Foundation } from "./foundation.ts";
import { composeInbox } from "./inbox.ts";
import { judgingIn } from "./judging.ts";
import { composePlugins } from "./plugins.ts";
import { composeRecalls } from "./recalls.ts";
import { composeRepetition } from "./repetition.ts";

/** Channels, approvals, messages and what became of them. `nudge`: something may be due now. */
export function composeMessaging(foundation: Foundation, nudge: Nudge) {
  const { transact, plugins: catalogue } = foundation;
  const channels = composeChannels(foundation, nudge);
  const messages = createMessageService({
    transact,
    readTotals: readMessageTotals,
    withdrawApproval: (tx, ctx, id) => voidApproval(tx, ctx, { kind: "message", id }),
    endUnsent,
  });
  const assertVisible = messages.getVisible;
  const admission = createAdmission({
    readBacklog: () => foundation.dispatch.transaction(readBacklog),
    limits: foundation.backlogLimits ?? DEFAULT_BACKLOG,
  });
  const planSend = createSendPlanner({ transact, catalogue, isApprovalNeeded });
  const acceptMessage = createAcceptMessage({
    transact,
    transactAtOnce: transactAtOnceIn(foundation.api),
    planSend,
    catalogue,
    admission,
    requestApproval: askForMessage,
    judgeApproval: createJudgeApproval(judgingIn(foundation)),
    nudge,
  });
  const progress = composeProgress(foundation, messages);
  const inbox = composeInbox(foundation, assertVisible);
  const approvalFlows = createApprovalFlowService({ transact });
  const approvalRequests = createApprovalRequestService({ transact, onDecided: applyDecision });
  return {
    channels: channels.service,
    acceptMessage,
    approvalFlows,
    inboxTokens: inbox.inboxTokens,
    receipts: composeReceipts(foundation),
    tracking: composeTracking(foundation),
    unsubscribing: composeUnsubscribing(foundation),
    uploads: composeUploads(foundation),
    /** Ends what is still being told, so that connections can close. */
    endStreams() {
      progress.endStreams();
      inbox.endStreams();
    },
    routers: [
      ...channels.routers,
      composePreviews(foundation, acceptMessage),
      messageRoutes({
        acceptMessage,
        messages,
        cancelForUsers: createCancelForUsers({ transact, getVisible: messages.getVisible }),
        pauses: createPauseService({ transact, assertVisible, nudge }),
        updateMessage: createUpdateMessage({ transact, assertVisible }),
      }),
      progressRoutes(progress.watchMessage),
      ...inbox.routers,
      explanationRoutes(composeExplaining(foundation, planSend)),
      deliveryRoutes(createDeliveryService({ transact, assertVisible })),
      composeRecalls(foundation, { ...messages, nudge }),
      ...composeRepetition(foundation, { planSend, admission, assertVisible, nudge }),
      approvalRoutes(approvalFlows, approvalRequests),
      statisticsRoutes(createStatisticsService({ transact })),
    ],
  };
}

/** What messages go out by. */
function composeChannels(foundation: Foundation, nudge: () => void) {
  const { transact, plugins: catalogue, installationKey, publicUrl, runtime, vault } = foundation;
  const service = createChannelService({
    transact,
    catalogue,
    refreshPlugins: () => catalogue.refresh(),
    holdInstallation,
    installationKey,
    publicUrl,
    nudge,
    wakeRetries,
  });
  const verification = createChannelVerificationService({ transact, runtime, vault, nudge, wakeRetries });
  const health = createChannelHealthService({
    transact,
    catalogue,
    countRecent,
    countInFlight,
    readCollection,
    egress: { addresses: foundation.egressAddresses ?? [], contact: foundation.quotaContact ?? null },
  });
  return {
    service,
    routers: [
      channelRoutes({ service, verification, health }),
      composeVendorTemplates(foundation),
      allowanceRoutes(createAllowanceService({ transact, catalogue })),
      ...composePlugins(foundation),
    ],
  };
}

/** What vendors review, and have to be asked about. */
function composeVendorTemplates({ transact, plugins: catalogue, runtime, vault, clock }: Foundation) {
  const syncChannel = createSyncChannel({ transact, catalogue, runtime, now: () => clock.now() });
  return vendorTemplateRoutes(createVendorTemplateService({ transact, catalogue, vault, syncChannel }));
}

/** What a channel would send, and one real message by it. */
function composePreviews(foundation: Foundation, acceptMessage: AcceptMessage) {
  const { api, transact, plugins: catalogue, runtime, vault } = foundation;
  const { trackedAddresses, unsubscribeAddresses } = foundation;
  const previewSending = createPreviewSending({
    read: readIn(api),
    catalogue,
    vault,
    runtime,
    trackedAddress: trackedAddresses.write,
    sampleUnsubscribeUrl: unsubscribeAddresses.sample,
    findReviewProblems: createFindReviewProblems({ catalogue }),
  });
  return previewRoutes({ previewSending, sendTest: createSendTest({ transact, acceptMessage }) });
}

/** Where files of recipients are taken in. */
const composeUploads = ({ transact, plugins }: Foundation) =>
  audienceFileRoutes(
    createUploadAudienceFile({ transact, plugins }),
    createAudienceFileService({ transact }),
  );

/** Where vendors tell what became of deliveries. */
function composeReceipts(foundation: Foundation) {
  const { transact, runtime, plugins: catalogue } = foundation;
  const receiveReceipt = createReceiveReceipt({
    transact,
    runtime,
    catalogue,
    findChannel: receiptsChannel(foundation),
  });
  return receiptRoutes(receiveReceipt);
}

/** Where the links and pixels in messages lead. */
function composeTracking({ api, transact, trackedAddresses, logger, clock }: Foundation) {
  const followAddress = createFollowAddress({
    database: api,
    transact,
    addresses: trackedAddresses,
    logger,
    now: () => clock.now(),
  });
  return trackingRoutes(followAddress);
}

/** Where recipients say that they want no more. */
const composeUnsubscribing = ({ transact, plugins, unsubscribeAddresses, clock, logger }: Foundation) =>
  unsubscriptionRoutes({
    service: createUnsubscriptionService({ transact, addresses: unsubscribeAddresses, plugins, clock }),
    throttle: createVisitThrottle(clock),
    logger,
  });

/** How long receipts are still taken for a channel that was deleted, or read by settings that were changed. */
const REMEMBERED_MS = 1_000;
const REMEMBERED_CHANNELS = 10_000;

/** The channel that a vendor's push is for, if the address is one that we gave out. */
function receiptsChannel({ api, transact, installationKey, vault }: Foundation) {
  const recent = createRecentAnswers<ChannelHandle | undefined>({
    ttlMs: REMEMBERED_MS,
    maxEntries: REMEMBERED_CHANNELS,
    monotonicMs: () => performance.now(),
  });
  const find = async (channelId: string): Promise<ChannelHandle | undefined> => {
    const tenantId = await api.transaction((tx) => findChannelTenant(tx, channelId));
    if (tenantId === undefined) return undefined;
    const channel = await transact({ tenantId }, (tx) => findChannel(tx, tenantId, channelId));
    return channel && vault.toHandle(channel);
  };
  return async (channelId: string, token: string): Promise<ChannelHandle | undefined> =>
    isReceiptToken(installationKey, channelId, token)
      ? recent.get(channelId, () => find(channelId))
      : undefined;
}

/** Explanations and counts that run at once in this process, and that wait for their turn. */
const EXPLAINING = { atOnce: 2, waiting: 50 };

/** What can be said of a message before it is sent. */
function composeExplaining({ api, plugins: catalogue }: Foundation, planSend: SendPlanner) {
  const read = readIn(api);
  const takeTurn = createTurns(EXPLAINING);
  const explainAudience = createExplainAudience({ read, catalogue, timeLimitMs: EXPLAINING_MS });
  return {
    explainMessage: createExplainMessage({
      read,
      takeTurn,
      planSend,
      catalogue,
      explainAudience,
      findDemandedLevels,
    }),
    countAudience: createCountAudience({ read, explainAudience, takeTurn }),
  };
}

function composeProgress({ transact, plugins, clock, logger }: Foundation, messages: MessageService) {
  const reportsDelivery = (tenantId: string) => (kind: string) =>
    plugins
      .of(tenantId)
      .list()
      .some(({ manifest }) => manifest.kind === kind && manifest.receipts.delivered);
  const feed = createProgressFeed({
    read: async (tenantId: string, messageId: string) => {
      const message = await messages.readMessage(tenantId, messageId);
      return progressViewOf(message, isOver(message, reportsDelivery(tenantId), clock.now()));
    },
    limits: DEFAULT_STREAMS,
    logger,
  });
  const watchMessage = createWatchMessage({ transact, assertVisible: messages.getVisible, feed });
  return { watchMessage, endStreams: () => feed.close() };
}
