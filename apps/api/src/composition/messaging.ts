import {
  approvalRoutes,
  createApprovalFlowService,
  createApprovalRequestService,
  isApprovalNeeded,
  voidApproval,
} from "../modules/approvals/index.ts";
import {
  channelRoutes,
  createChannelService,
  createChannelVerificationService,
  findChannel,
  findChannelTenant,
  isReceiptToken,
} from "../modules/channels/index.ts";
import {
  createDeliveryService,
  createReceiveReceipt,
  deliveryRoutes,
  endUnsent,
  readBacklog,
  receiptRoutes,
  wakeRetries,
} from "../modules/deliveries/index.ts";
import {
  createAcceptMessage,
  createAdmission,
  createMessageService,
  createPauseService,
  createSendPlanner,
  createUpdateMessage,
  DEFAULT_BACKLOG,
  messageRoutes,
} from "../modules/messages/index.ts";
import { createPluginService, pluginRoutes } from "../modules/plugins/index.ts";
import { createStatisticsService, readMessageTotals, statisticsRoutes } from "../modules/statistics/index.ts";
import type { ChannelHandle } from "../platform/plugin-runtime/index.ts";
import { createRecentAnswers } from "../platform/recent-answers.ts";
import { applyDecision } from "./apply-decision.ts";
import { askForMessage } from "./ask-for-approval.ts";
import type { Foundation } from "./foundation.ts";
import { composeRepetition } from "./repetition.ts";

/** Channels, approvals, messages and what became of them. `nudge`: something may be due now. */
export function composeMessaging(foundation: Foundation, nudge: () => void) {
  const { transact, plugins: catalogue, installationKey, publicUrl, runtime, vault } = foundation;
  const channels = createChannelService({
    transact,
    catalogue,
    installationKey,
    publicUrl,
    nudge,
    wakeRetries,
  });
  const messages = createMessageService({
    transact,
    readTotals: readMessageTotals,
    withdrawApproval: (tx, ctx, id) => voidApproval(tx, ctx, { kind: "message", id }),
    endUnsent,
  });
  const admission = createAdmission({
    readBacklog: () => foundation.dispatch.transaction(readBacklog),
    limits: foundation.backlogLimits ?? DEFAULT_BACKLOG,
  });
  const planSend = createSendPlanner({ transact, isApprovalNeeded });
  const acceptMessage = createAcceptMessage({
    transact,
    planSend,
    catalogue,
    admission,
    requestApproval: askForMessage,
    readRestraints: foundation.readRestraints,
    nudge,
  });
  const approvalFlows = createApprovalFlowService({ transact });
  const approvalRequests = createApprovalRequestService({ transact, onDecided: applyDecision });
  const deliveries = createDeliveryService({ transact, assertVisible: messages.getVisible });
  const receiveReceipt = createReceiveReceipt({
    transact,
    runtime,
    findChannel: receiptsChannel(foundation),
  });
  return {
    channels,
    acceptMessage,
    approvalFlows,
    receipts: receiptRoutes(receiveReceipt),
    routers: [
      pluginRoutes(createPluginService({ catalogue })),
      channelRoutes(
        channels,
        createChannelVerificationService({ transact, runtime, vault, nudge, wakeRetries }),
      ),
      messageRoutes({
        acceptMessage,
        messages,
        pauses: createPauseService({ transact, assertVisible: messages.getVisible, nudge }),
        updateMessage: createUpdateMessage({ transact, assertVisible: messages.getVisible }),
      }),
      deliveryRoutes(deliveries),
      ...composeRepetition(foundation, { planSend, admission, assertVisible: messages.getVisible, nudge }),
      approvalRoutes(approvalFlows, approvalRequests),
      statisticsRoutes(createStatisticsService({ transact })),
    ],
  };
}

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
