import { authorize } from "../../platform/authorization/index.ts";
import type { RequestContext } from "../../platform/context.ts";
import type { Transact, Tx } from "../../platform/database/index.ts";
import { noSuch } from "../../platform/errors.ts";
import { type Page, type PageRequest, toPage } from "../../platform/http/index.ts";
import { recordAudit } from "../audit/index.ts";
import { getSource } from "../sources/index.ts";
import { callbackNotDead, nothingToReplay } from "./callback.errors.ts";
import type { CallbackRow, CallbackState } from "./callback.repository.ts";
import * as repository from "./callback.repository.ts";
import { getEndpoint } from "./callback-endpoint.service.ts";
import { listEvents, type ToldEvent } from "./event.repository.ts";

/** Callbacks that are made again by one request. */
const REPLAYED_AT_ONCE = 10_000;

export function createCallbackService(deps: { transact: Transact }) {
  async function getCallback(
    tx: Tx,
    ctx: RequestContext,
    endpointId: string,
    callbackId: string,
  ): Promise<CallbackRow> {
    const callback = await repository.findCallback(tx, ctx.tenantId, endpointId, callbackId);
    if (!callback) throw noSuch("callback", callbackId);
    return callback;
  }

  async function audit(tx: Tx, ctx: RequestContext, sourceId: string, endpointId: string, after: object) {
    const { name } = await getSource(tx, ctx, sourceId);
    const action = "callback_endpoint.replayed";
    await recordAudit(tx, ctx, { action, subjectId: endpointId, subjectName: name, after });
  }

  return {
    async listCallbacks(
      ctx: RequestContext,
      sourceId: string,
      endpointId: string,
      { state, ...page }: PageRequest & { state?: CallbackState | undefined },
    ): Promise<Page<CallbackRow>> {
      authorize(ctx, "read", "Source");
      const rows = await deps.transact(ctx, async (tx) => {
        await getEndpoint(tx, ctx, sourceId, endpointId);
        return repository.listCallbacks(tx, ctx.tenantId, endpointId, state, page);
      });
      return toPage(
        rows,
        page,
        (row) => row.id,
        (row) => row,
      );
    },

    async getCallback(
      ctx: RequestContext,
      sourceId: string,
      endpointId: string,
      callbackId: string,
    ): Promise<{ callback: CallbackRow; events: ToldEvent[] }> {
      authorize(ctx, "read", "Source");
      return deps.transact(ctx, async (tx) => {
        await getEndpoint(tx, ctx, sourceId, endpointId);
        const callback = await getCallback(tx, ctx, endpointId, callbackId);
        return { callback, events: await listEvents(tx, ctx.tenantId, callbackId) };
      });
    },

    /** Has a call that was given up made again, for another day. */
    async replayCallback(
      ctx: RequestContext,
      sourceId: string,
      endpointId: string,
      callbackId: string,
    ): Promise<number> {
      authorize(ctx, "update", "Source");
      return deps.transact(ctx, async (tx) => {
        await getEndpoint(tx, ctx, sourceId, endpointId);
        const { state } = await getCallback(tx, ctx, endpointId, callbackId);
        const count = await repository.replay(tx, ctx.tenantId, endpointId, { limit: 1, callbackId });
        if (count === 0) {
          throw callbackNotDead(
            state === "delivered"
              ? `${callbackId} got through; there is nothing to make again.`
              : `${callbackId} is still being tried.`,
          );
        }
        await audit(tx, ctx, sourceId, endpointId, { callbackId });
        return count;
      });
    },

    async replayDeadCallbacks(ctx: RequestContext, sourceId: string, endpointId: string): Promise<number> {
      authorize(ctx, "update", "Source");
      return deps.transact(ctx, async (tx) => {
        await getEndpoint(tx, ctx, sourceId, endpointId);
        const count = await repository.replay(tx, ctx.tenantId, endpointId, { limit: REPLAYED_AT_ONCE });
        if (count === 0) throw nothingToReplay("None of the endpoint's callbacks was given up.");
        await audit(tx, ctx, sourceId, endpointId, { count });
        return count;
      });
    },
  };
}

export type CallbackService = ReturnType<typeof createCallbackService>;
