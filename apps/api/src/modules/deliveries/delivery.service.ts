import { authorize } from "../../platform/authorization/index.ts";
import type { RequestContext } from "../../platform/context.ts";
import type { Transact, Tx } from "../../platform/database/index.ts";
import { noSuch } from "../../platform/errors.ts";
import { type Page, type PageRequest, readCursor, toPage } from "../../platform/http/index.ts";
import { toBigint } from "../../platform/ids.ts";
import {
  type DeliveryFilter,
  type DeliveryRow,
  findDelivery,
  listDeliveries,
  listEvents,
  type TimelineEvent,
} from "./delivery.repository.ts";
import { listResends, type Resend } from "./resend.repository.ts";

export interface DeliveryServiceDeps {
  transact: Transact;
  /** Throws 404 unless the actor may see the message. */
  assertVisible(tx: Tx, ctx: RequestContext, messageId: string): Promise<unknown>;
}

export function createDeliveryService(deps: DeliveryServiceDeps) {
  return {
    async listDeliveries(
      ctx: RequestContext,
      messageId: string,
      query: DeliveryFilter & PageRequest,
    ): Promise<Page<DeliveryRow>> {
      authorize(ctx, "read", "Message");
      const after = readCursor(query, "delivery");
      const rows = await deps.transact(ctx, async (tx) => {
        await deps.assertVisible(tx, ctx, messageId);
        return listDeliveries(
          tx,
          ctx.tenantId,
          messageId,
          query,
          after && toBigint("dlv", after),
          query.limit + 1,
        );
      });
      return toPage(
        rows,
        query,
        (row) => row.id,
        (row) => row,
      );
    },

    async getDelivery(
      ctx: RequestContext,
      deliveryId: string,
    ): Promise<DeliveryRow & { events: TimelineEvent[]; resends: Resend[] }> {
      authorize(ctx, "read", "Message");
      return deps.transact(ctx, async (tx) => {
        const delivery = await findDelivery(tx, ctx.tenantId, deliveryId);
        if (!delivery) throw noSuch("delivery", deliveryId);
        await deps.assertVisible(tx, ctx, delivery.messageId);
        const events = await listEvents(tx, ctx.tenantId, deliveryId);
        return { ...delivery, events, resends: await listResends(tx, ctx.tenantId, deliveryId) };
      });
    },
  };
}

export type DeliveryService = ReturnType<typeof createDeliveryService>;
