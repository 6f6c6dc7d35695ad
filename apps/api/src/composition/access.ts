import { createReconsiderRequests } from "../modules/approvals/index.ts";
import { auditRoutes, createAuditService } from "../modules/audit/index.ts";
import { createPublisherAuthenticator } from "../modules/marketplace/index.ts";
import {
  createMemberService,
  createRoleService,
  createSessionAuthenticator,
  createSessionCookie,
  createSessionService,
  memberRoutes,
  roleRoutes,
  sessionRoutes,
} from "../modules/members/index.ts";
import {
  apiKeyRoutes,
  createApiKeyAuthenticator,
  createApiKeyService,
  createSourceService,
  requireSource,
  sourceRoutes,
} from "../modules/sources/index.ts";
import {
  createQuotaService,
  createTenantService,
  quotaRoutes,
  tenantRoutes,
} from "../modules/tenants/index.ts";
import type { AuthenticateDeps } from "../platform/http/authenticate.ts";
import { applyDecision } from "./apply-decision.ts";
import { composeCallbacks } from "./callbacks.ts";
import type { Foundation } from "./foundation.ts";

/** Tenants, members, sources, quotas and the audit log: who may come in, and what they did. */
export function composeAccess(foundation: Foundation) {
  const { api: database, transact, clock, logger, installationKey, plugins: catalogue } = foundation;
  const cookie = createSessionCookie(foundation.publicUrl);
  const tenants = createTenantService({ transact, installationKey });
  const members = createMemberService({
    transact,
    onReviewerLeft: createReconsiderRequests(applyDecision),
  });
  const sources = createSourceService({ transact });
  const apiKeys = createApiKeyService({ transact });
  const authenticateKey = createApiKeyAuthenticator({ database, transact, logger });
  const sessions = createSessionService({ database, transact, clock });
  return {
    tenants,
    members,
    sources,
    apiKeys,
    authentication: {
      readSessionToken: cookie.read,
      authenticateSession: createSessionAuthenticator({ database, transact, clock }),
      authenticateApiKey: async (key) => requireSource(await authenticateKey(key)),
      authenticatePublisher: createPublisherAuthenticator({ database, clock }),
      publicOrigin: new URL(foundation.publicUrl).origin,
      clock,
    } satisfies AuthenticateDeps,
    routers: [
      sessionRoutes(sessions, cookie),
      tenantRoutes(tenants),
      quotaRoutes(createQuotaService({ transact, catalogue, contact: foundation.quotaContact })),
      memberRoutes(members),
      roleRoutes(createRoleService({ transact })),
      sourceRoutes(sources),
      apiKeyRoutes(apiKeys),
      ...composeCallbacks(foundation),
      auditRoutes(createAuditService({ transact })),
    ],
  };
}
