import { authorize } from "../../platform/authorization/index.ts";
import type { RequestContext } from "../../platform/context.ts";
import { type Transact, type Tx, violatedUnique } from "../../platform/database/index.ts";
import { noSuch } from "../../platform/errors.ts";
import { newId } from "../../platform/ids.ts";
import type { GuardedClient } from "../../platform/plugin-runtime/index.ts";
import { recordAudit } from "../audit/index.ts";
import { getSource } from "../sources/index.ts";
import { addressNotAllowed, callbackEndpointLimit, callbackEndpointTaken } from "./callback.errors.ts";
import { type EventType, MAX_ENDPOINTS } from "./callback.rules.ts";
import type { EndpointRow } from "./callback-endpoint.repository.ts";
import * as repository from "./callback-endpoint.repository.ts";
import { generateSecret, sealSecret } from "./callback-vault.ts";
import type { CallEndpoint, CallOutcome } from "./calling/call-endpoint.ts";
import { callEndpointOnce } from "./calling/call-for-trying.ts";

export interface CallbackEndpointServiceDeps {
  transact: Transact;
  installationKey: Uint8Array;
  client: Pick<GuardedClient, "findObstacle">;
  callEndpoint: CallEndpoint;
}

export interface CreateCallbackEndpoint {
  url: string;
  eventTypes: EventType[];
}

export interface UpdateCallbackEndpoint {
  url?: string | undefined;
  eventTypes?: EventType[] | undefined;
  state?: "on" | "off" | undefined;
}

/** An endpoint together with its new secret, which is shown this once. */
export type NewCallbackEndpoint = EndpointRow & { secret: string };

export function createCallbackEndpointService(deps: CallbackEndpointServiceDeps) {
  /** The address in the form in which addresses are compared. */
  async function readUrl(text: string): Promise<string> {
    const obstacle = await deps.client.findObstacle(text);
    if (obstacle === undefined) return new URL(text).href;
    throw addressNotAllowed(obstacle, {
      errors: [{ pointer: "/url", detail: obstacle, code: "address-not-allowed" }],
    });
  }

  async function addSecret(tx: Tx, tenantId: string, endpointId: string): Promise<string> {
    const version = (await repository.findCurrentVersion(tx, tenantId, endpointId)) + 1;
    const secret = generateSecret();
    const sealed = await sealSecret(tx, deps.installationKey, { tenantId, endpointId }, version, secret);
    await repository.insertSecret(tx, tenantId, endpointId, sealed);
    return secret;
  }

  return {
    async listCallbackEndpoints(ctx: RequestContext, sourceId: string): Promise<EndpointRow[]> {
      authorize(ctx, "read", "Source");
      return deps.transact(ctx, async (tx) => {
        await getSource(tx, ctx, sourceId);
        return repository.listEndpoints(tx, ctx.tenantId, sourceId);
      });
    },

    async createCallbackEndpoint(
      ctx: RequestContext,
      sourceId: string,
      input: CreateCallbackEndpoint,
    ): Promise<NewCallbackEndpoint> {
      authorize(ctx, "update", "Source");
      const { tenantId } = ctx;
      await deps.transact(ctx, (tx) => getSource(tx, ctx, sourceId));
      const url = await readUrl(input.url);
      return deps.transact(ctx, async (tx) => {
        await repository.lockSource(tx, tenantId, sourceId);
        const source = await getSource(tx, ctx, sourceId);
        const count = await repository.countEndpoints(tx, tenantId, sourceId);
        if (count >= MAX_ENDPOINTS) {
          throw callbackEndpointLimit(
            `"${source.name}" has ${count} callback endpoints already; delete one of them first.`,
            { extensions: { limit: MAX_ENDPOINTS } },
          );
        }
        const id = newId("callbackEndpoint");
        const row = { tenantId, id, sourceId, url, eventTypes: input.eventTypes };
        await repository.insertEndpoint(tx, row).catch(explainConflict(url));
        const secret = await addSecret(tx, tenantId, id);
        await audit(tx, ctx, "created", { id, name: source.name }, { after: { sourceId, ...told(row) } });
        return { ...(await getEndpoint(tx, ctx, sourceId, id)), secret };
      });
    },

    async updateCallbackEndpoint(
      ctx: RequestContext,
      sourceId: string,
      endpointId: string,
      changes: UpdateCallbackEndpoint,
    ): Promise<EndpointRow> {
      authorize(ctx, "update", "Source");
      const { tenantId } = ctx;
      await deps.transact(ctx, (tx) => getEndpoint(tx, ctx, sourceId, endpointId));
      const url = changes.url === undefined ? undefined : await readUrl(changes.url);
      return deps.transact(ctx, async (tx) => {
        const { source, before } = await lock(tx, ctx, sourceId, endpointId);
        const state = changes.state ?? before.state;
        const after = {
          url: url ?? before.url,
          eventTypes: changes.eventTypes ?? before.eventTypes,
          state,
        };
        const isBackOn = state === "on" && before.state !== "on";
        // Nothing is known of how another address does; and what was switched on again is tried at once.
        const isFresh = isBackOn || after.url !== before.url;
        await repository
          .updateEndpoint(tx, tenantId, endpointId, {
            ...after,
            ...(state !== "disabled" && { disabledReason: null, disabledAt: null }),
            ...(isFresh && { failingSince: null, failureCount: 0, nextAt: null }),
            updatedAt: ctx.now(),
          })
          .catch(explainConflict(after.url));
        if (isFresh) await repository.wakeCallbacks(tx, tenantId, endpointId);
        const subject = { id: endpointId, name: source.name };
        await audit(tx, ctx, "updated", subject, {
          before: { ...told(before), state: before.state },
          after: { ...told(after), state },
        });
        return getEndpoint(tx, ctx, sourceId, endpointId);
      });
    },

    async deleteCallbackEndpoint(ctx: RequestContext, sourceId: string, endpointId: string): Promise<void> {
      authorize(ctx, "update", "Source");
      await deps.transact(ctx, async (tx) => {
        const { source, before } = await lock(tx, ctx, sourceId, endpointId);
        await repository.deleteEndpoint(tx, ctx.tenantId, endpointId);
        const subject = { id: endpointId, name: source.name };
        await audit(tx, ctx, "deleted", subject, { before: { sourceId, ...told(before) } });
      });
    },

    /** Makes a new secret; for the overlap calls are signed with the old one as well. */
    async rotateCallbackSecret(
      ctx: RequestContext,
      sourceId: string,
      endpointId: string,
      overlapSeconds: number,
    ): Promise<NewCallbackEndpoint> {
      authorize(ctx, "update", "Source");
      const { tenantId } = ctx;
      return deps.transact(ctx, async (tx) => {
        const { source } = await lock(tx, ctx, sourceId, endpointId);
        const version = await repository.findCurrentVersion(tx, tenantId, endpointId);
        await repository.endSecrets(tx, tenantId, endpointId, version, overlapSeconds);
        const secret = await addSecret(tx, tenantId, endpointId);
        const subject = { id: endpointId, name: source.name };
        await audit(tx, ctx, "secret_rotated", subject, { after: { version: version + 1, overlapSeconds } });
        return { ...(await getEndpoint(tx, ctx, sourceId, endpointId)), secret };
      });
    },

    /** Makes a call with one made-up event, now, whatever state the endpoint is in. */
    async testCallbackEndpoint(
      ctx: RequestContext,
      sourceId: string,
      endpointId: string,
    ): Promise<CallOutcome> {
      authorize(ctx, "update", "Source");
      const { url } = await deps.transact(ctx, (tx) => getEndpoint(tx, ctx, sourceId, endpointId));
      return callEndpointOnce(deps.callEndpoint, { tenantId: ctx.tenantId, endpointId, url }, ctx.now());
    },
  };
}

export type CallbackEndpointService = ReturnType<typeof createCallbackEndpointService>;

export async function getEndpoint(
  tx: Tx,
  ctx: RequestContext,
  sourceId: string,
  endpointId: string,
): Promise<EndpointRow> {
  const [endpoint] = await repository.listEndpoints(tx, ctx.tenantId, sourceId, endpointId);
  if (!endpoint) throw noSuch("callback endpoint", endpointId);
  return endpoint;
}

async function lock(tx: Tx, ctx: RequestContext, sourceId: string, endpointId: string) {
  const source = await getSource(tx, ctx, sourceId);
  const before = await repository.lockEndpoint(tx, ctx.tenantId, sourceId, endpointId);
  if (!before) throw noSuch("callback endpoint", endpointId);
  return { source, before };
}

/** Of an endpoint for the audit log: paths and queries of such addresses often hold secrets. */
const told = ({ url, eventTypes }: { url: string; eventTypes: string[] }) => ({
  host: new URL(url).host,
  eventTypes,
});

const audit = (
  tx: Tx,
  ctx: RequestContext,
  verb: string,
  subject: { id: string; name: string },
  record: { before?: object; after?: object },
) =>
  recordAudit(tx, ctx, {
    action: `callback_endpoint.${verb}`,
    subjectId: subject.id,
    subjectName: subject.name,
    ...record,
  });

const explainConflict = (url: string) => (error: unknown) => {
  if (violatedUnique(error) === undefined) throw error;
  throw callbackEndpointTaken(`The source has an endpoint with the address ${url} already.`, {
    errors: [{ pointer: "/url", detail: "This address is taken.", code: "taken" }],
  });
};
