import { connect, newId, toUuid } from "@tidings/db";
import { createTestDatabase } from "@tidings/db/testing";
import type { PluginManifest } from "@tidings/sdk/plugin";
import { Hono } from "hono";
import { createApp } from "../../src/app.ts";
import {
  approvalRoutes,
  createApprovalFlowService,
  createApprovalRequestService,
  createReconsiderRequests,
  type OnDecided,
} from "../../src/modules/approvals/index.ts";
import { releaseDeferred } from "../../src/modules/deliveries/index.ts";
import { createDepartmentService, departmentRoutes } from "../../src/modules/departments/index.ts";
import { createMemberService, memberRoutes } from "../../src/modules/members/index.ts";
import { createPolicyService, policyRoutes } from "../../src/modules/policies/index.ts";
import { createQuietHoursService, quietHoursRoutes } from "../../src/modules/quiet-hours/index.ts";
import {
  createEntryService,
  createRecipientListService,
  recipientListRoutes,
} from "../../src/modules/recipient-lists/index.ts";
import { createSegmentService, segmentRoutes } from "../../src/modules/segments/index.ts";
import { createStatisticsService, statisticsRoutes } from "../../src/modules/statistics/index.ts";
import { createSuppressionService, suppressionRoutes } from "../../src/modules/suppressions/index.ts";
import { createTagService, tagRoutes } from "../../src/modules/tags/index.ts";
import {
  createTemplateService,
  createTemplateVersionService,
  templateRoutes,
  templateVersionRoutes,
} from "../../src/modules/templates/index.ts";
import {
  createIdentityService,
  createUserService,
  identityRoutes,
  userRoutes,
} from "../../src/modules/users/index.ts";
import { abilityOf, type Permission } from "../../src/platform/authorization/index.ts";
import { systemClock } from "../../src/platform/clock.ts";
import type { Actor, RequestContext } from "../../src/platform/context.ts";
import { transactIn } from "../../src/platform/database/index.ts";
import { unauthenticated } from "../../src/platform/errors.ts";
import type { Identity } from "../../src/platform/http/authenticate.ts";
import { createRouter } from "../../src/platform/http/index.ts";
import { createLogger } from "../../src/platform/logger.ts";

const label = { zh: "文字", en: "Text" };
const field = { label, required: true, maxLength: 20, escape: "none" as const };

/** Two plugins: one hears of deliveries, the other of nothing. */
const catalogue = {
  list: () => [
    manifest("acme/sms", "sms", "^1[3-9]\\d{9}$", { text: field }, { delivered: true, read: false }),
    manifest(
      "acme/mail",
      "email",
      "^[^@]+@[^@]+$",
      { subject: field, html: { ...field, maxLength: 200, escape: "html", multiline: true } },
      { delivered: false, read: false },
    ),
  ],
};

function manifest(
  id: string,
  kind: string,
  pattern: string,
  content: PluginManifest["content"],
  receipts: { delivered: boolean; read: boolean },
) {
  const address = { schema: { type: "string" as const, pattern, maxLength: 100 }, label };
  return { manifest: { id, kind, address, content, receipts: { mode: "push" as const, ...receipts } } };
}

const EVERYTHING: Permission[] = [{ action: "manage", subject: "all" }];

/** The routes of people and content over a database of their own, with credentials made up as needed. */
export async function startContentApp(options: { onDecided?: OnDecided } = {}) {
  const test = await createTestDatabase();
  const database = connect({
    url: test.url,
    max: 6,
    role: "tidings_api",
    applicationName: "tidings-test",
    deadlineMs: 20_000,
    statementTimeoutMs: 20_000,
  });
  const transact = transactIn(database);
  const deps = { transact, plugins: { of: () => catalogue } };
  const onDecided = options.onDecided ?? (async () => undefined);
  const onReviewerLeft = createReconsiderRequests(onDecided);
  const identities = new Map<string, Identity>();
  const app = createApp({
    routers: [
      userRoutes(createUserService(deps)),
      identityRoutes(createIdentityService(deps)),
      tagRoutes(createTagService(deps)),
      departmentRoutes(createDepartmentService(deps)),
      segmentRoutes(createSegmentService(deps)),
      suppressionRoutes(createSuppressionService(deps)),
      recipientListRoutes(createRecipientListService(deps), createEntryService(deps)),
      templateRoutes(createTemplateService(deps)),
      templateVersionRoutes(createTemplateVersionService({ ...deps, findReviewProblems: async () => [] })),
      policyRoutes(createPolicyService(deps)),
      quietHoursRoutes(createQuietHoursService({ transact, releaseDeferred, nudge: () => undefined })),
      approvalRoutes(createApprovalFlowService(deps), createApprovalRequestService({ transact, onDecided })),
      memberRoutes(createMemberService({ transact, onReviewerLeft })),
      statisticsRoutes(createStatisticsService(deps)),
    ],
    receipts: createRouter(),
    tracking: createRouter(),
    unsubscribing: createRouter(),
    uploads: createRouter(),
    registry: createRouter(),
    operations: new Hono(),
    authentication: {
      readSessionToken: () => undefined,
      authenticateSession: async () => undefined,
      authenticateApiKey: async (key) => {
        const identity = identities.get(key);
        if (!identity) throw unauthenticated("Nobody has this key.");
        return identity;
      },
      authenticatePublisher: async () => {
        throw unauthenticated("Nobody has this token.");
      },
      publicOrigin: "http://localhost",
      clock: systemClock,
    },
    logger: createLogger("silent"),
    version: "test",
  });

  async function request<T>(key: string, method: string, path: string, body?: unknown) {
    const response = await app.request(`/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: (text === "" ? undefined : JSON.parse(text)) as T };
  }

  /** A caller; `call` answers with the status and the body. */
  function callerOf(tenantId: string, actor: Actor, permissions: Permission[] = EVERYTHING) {
    const key = `key-${identities.size}`;
    identities.set(key, { tenantId, actor, permissions });
    // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every shape
    const call = <T = any>(method: string, path: string, body?: unknown) =>
      request<T>(key, method, path, body);
    const ctx: RequestContext = {
      tenantId,
      actor,
      ability: abilityOf(permissions),
      requestId: "req_test",
      now: () => new Date(),
    };
    return { actor, ctx, call };
  }

  async function makeTenant() {
    const tenantId = newId("tenant");
    const tenant = toUuid("tenant", tenantId);
    const rows = <T extends object>(text: string) =>
      database.withTenant(tenant, async ({ sql }) => [...(await sql.unsafe<T[]>(text))]);
    await database.withTenant(
      tenant,
      ({ sql }) =>
        sql`insert into tenants (id, code, name, time_zone, locale)
            values (${tenant}, ${tenantId}, 'School', 'Asia/Shanghai', 'zh-CN')`,
    );

    async function makeRole(code: string, permissions: Permission[] = EVERYTHING): Promise<string> {
      const id = newId("role");
      await database.withTenant(
        tenant,
        ({ sql }) =>
          sql`insert into roles (tenant_id, id, code, name, permissions)
              values (${tenant}, ${toUuid("role", id)}, ${code}, ${code}, ${JSON.stringify(permissions)}::jsonb)`,
      );
      return id;
    }

    async function makeMember(name: string, roleId: string, permissions?: Permission[]) {
      const id = newId("member");
      const accountId = newId("account");
      await database.withTenant(tenant, async ({ sql }) => {
        const account = toUuid("account", accountId);
        await sql`insert into accounts (id, email, password_hash) values (${account}, ${accountId}, 'x')`;
        await sql`insert into members (tenant_id, id, account_id, role_id, name)
                  values (${tenant}, ${toUuid("member", id)}, ${account}, ${toUuid("role", roleId)}, ${name})`;
      });
      return callerOf(tenantId, { kind: "member", id, name, accountId }, permissions);
    }

    async function makeSource(name: string): Promise<string> {
      const id = newId("source");
      await rows(
        `insert into sources (tenant_id, id, code, name)
         values ('${tenant}', '${toUuid("source", id)}', '${name}', '${name}')`,
      );
      return id;
    }

    async function makeChannel(name: string, kind: string, pluginId: string): Promise<string> {
      const id = newId("channel");
      await rows(
        `insert into channels (tenant_id, id, code, name, kind, plugin_id, settings)
         values ('${tenant}', '${toUuid("channel", id)}', '${name}', '${name}', '${kind}', '${pluginId}', '{}')`,
      );
      return id;
    }

    const admin = await makeMember("Admin", await makeRole("owner"));
    return { tenantId, rows, makeRole, makeMember, makeSource, makeChannel, callerOf, admin };
  }

  return {
    transact,
    makeTenant,
    async stop() {
      await database.close();
      await test.drop();
    },
  };
}
