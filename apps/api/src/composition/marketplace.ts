import {
  blockRoutes,
  createBlockService,
  createCheckerLoop,
  createCheckPackage,
  createLabelService,
  createListingDesk,
  createMarketplacePolicyService,
  createPublisherInvitationService,
  createPublisherKeyService,
  createPublisherLoginService,
  createPublisherOversight,
  createPublisherService,
  createPublisherTokenService,
  createPublishingLoop,
  createRegistryFileService,
  createRegistryLoop,
  createRegistryService,
  createReviewService,
  createSubmissionService,
  createSubmit,
  createSynchronise,
  deriveRegistryKey,
  marketplacePolicyRoutes,
  publisherCredentialRoutes,
  publisherLoginRoutes,
  publisherOversightRoutes,
  publisherRoutes,
  registryFileRoutes,
  registryRoutes,
  reviewRoutes,
  submissionRoutes,
} from "../modules/marketplace/index.ts";
import {
  actAsOperator,
  createAppointingLoop,
  createOperatorService,
  operatorRoutes,
} from "../modules/operators/index.ts";
import type { Loop } from "../platform/loops.ts";
import { createGuardedFetch, createSandbox } from "../platform/plugin-runtime/index.ts";
import type { Foundation } from "./foundation.ts";
import { createLoops } from "./loops.ts";

/** Operators, and the marketplace's desk: what belongs to the installation and to no tenant. */
export function composeMarketplace(foundation: Foundation) {
  const { api: database, transact, clock, logger } = foundation;
  const catalogue = foundation.plugins.shipped;
  const nudges = new Map<string, () => void>();
  const nudge = (name: string) => () => nudges.get(name)?.();
  const [nudgeChecker, nudgePublisher] = [nudge("checking"), nudge("publishing")];
  const asOperator = actAsOperator(database);
  const ownRegistry = deriveRegistryKey(foundation.installationKey);
  const outbound = createGuardedFetch(foundation.outbound);
  const synchronise = createSynchronise({ database, catalogue, clock });
  const submissions = createSubmissionService({
    database,
    submit: createSubmit({ database, catalogue, ownRegistry, nudgeChecker }),
  });
  const loops: Loop[] = [
    createCheckerLoop({
      database,
      checkPackage: createCheckPackage({ openSandbox: () => createSandbox({ logger }), clock }),
      clock,
      logger,
    }),
    createPublishingLoop({ database, ownRegistry, clock, name: new URL(foundation.publicUrl).host }),
    createRegistryLoop({
      database,
      synchronise,
      fetch: outbound.fetch,
      clock,
      logger,
      seedFolder: foundation.registryDir,
    }),
    ...(foundation.operatorEmails
      ? [createAppointingLoop({ database, clock, emails: foundation.operatorEmails })]
      : []),
  ];
  return {
    routers: [
      operatorRoutes(createOperatorService({ asOperator })),
      ...composePublishers(foundation),
      submissionRoutes(submissions, () => clock.now()),
      publisherOversightRoutes(createPublisherOversight({ asOperator })),
      reviewRoutes({
        desk: createListingDesk({ asOperator }),
        reviews: createReviewService({ asOperator, ownRegistry, nudgeChecker, nudgePublisher }),
        labels: createLabelService({ asOperator, nudgePublisher }),
      }),
      blockRoutes(createBlockService({ asOperator, dispatch: foundation.dispatch })),
      marketplacePolicyRoutes(createMarketplacePolicyService({ asOperator, transact })),
      registryRoutes(
        createRegistryService({
          asOperator,
          dispatch: foundation.dispatch,
          ownRegistry,
          synchronise,
          fetch: outbound.fetch,
          nudge: nudge("registries"),
        }),
      ),
    ],
    registryFiles: registryFileRoutes(createRegistryFileService({ database })),
    desk: { loops, nudges, close: outbound.close },
  };
}

/** What publishers do with themselves. */
const composePublishers = ({ api: database }: Pick<Foundation, "api">) => [
  publisherRoutes(createPublisherService({ database })),
  publisherCredentialRoutes(
    createPublisherKeyService({ database }),
    createPublisherTokenService({ database }),
  ),
  publisherLoginRoutes(
    createPublisherLoginService({ database }),
    createPublisherInvitationService({ database }),
  ),
];

export type Desk = ReturnType<typeof composeMarketplace>["desk"];

/**
 * Starts what the desk does by itself: checks, publications, other registries. It acts as the API does, so it belongs to
 * a process that serves HTTP; any number of them may.
 */
export function startDesk(foundation: Foundation, { loops, nudges, close }: Desk): () => Promise<void> {
  const started = createLoops(foundation);
  for (const loop of loops) nudges.set(loop.name, started.start(loop).nudge);
  return async () => {
    await started.stop();
    await close();
  };
}
