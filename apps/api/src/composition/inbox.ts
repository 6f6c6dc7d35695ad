import {
  confirmationRoutes,
  createConfirmationService,
  createInboxFeed,
  createInboxService,
  createInboxTokenService,
  createInboxTokens,
  createOpenInbox,
  createUserThrottle,
  DEFAULT_THROTTLE,
  inboxRoutes,
  inboxTokenRoutes,
} from "../modules/inbox/index.ts";
import type { MessageService } from "../modules/messages/index.ts";
import type { Foundation } from "./foundation.ts";

/** Users' inboxes: who may look into them, what they see, and who has confirmed. */
export function composeInbox(foundation: Foundation, assertVisible: MessageService["getVisible"]) {
  const { transact, plugins: catalogue, installationKey, publicUrl, logger } = foundation;
  const now = () => foundation.clock.now();
  const tokens = createInboxTokens(installationKey);
  const throttle = createUserThrottle(DEFAULT_THROTTLE);
  const inboxTokens = createInboxTokenService({ transact, catalogue, tokens });
  const feed = createInboxFeed({ transact, logger });
  return {
    inboxTokens,
    /** Ends what is still being told, so that connections can close. */
    endStreams: () => feed.close(),
    routers: [
      inboxTokenRoutes(inboxTokens),
      inboxRoutes({
        openInbox: createOpenInbox({ transact, tokens, throttle, publicUrl, now }),
        inbox: createInboxService({ transact, now }),
        feed,
      }),
      confirmationRoutes(createConfirmationService({ transact, assertVisible })),
    ],
  };
}
