import { toUuid } from "@tidings/db";
import { type Installation, mustSucceed, type OpenEndpoint, type School, until } from "../harness/index.ts";

export interface CallbackView {
  id: string;
  state: string;
  eventCount: number;
  attemptCount: number;
  attempts: { status: number | null; error: string | null }[];
  nextAt: string | null;
  endsAt: string;
  endedAt: string | null;
  createdAt: string;
}

let nextDelivery = 8_000_000_000_000_000_000n;

/** Something happened to so many deliveries, or to those. */
export async function happens(
  installation: Installation,
  school: School,
  endpoint: { id: string },
  what: { count?: number; deliveryIds?: string[]; messageId?: string; type?: string } = {},
): Promise<void> {
  const { count = 1, type = "delivered", messageId = "msg_00000000000000000000000001" } = what;
  const ids = what.deliveryIds ?? Array.from({ length: count }, () => String(nextDelivery++));
  await installation.books.transaction(
    ({ sql }) => sql`
      insert into callback_events (tenant_id, endpoint_id, delivery_id, type, message_id, happened_at)
      select ${toUuid("tenant", school.tenantId)}, ${toUuid("callbackEndpoint", endpoint.id)}, id, ${type},
        ${toUuid("message", messageId)}, now() from unnest(${ids}::bigint[]) id`,
  );
}

export async function listCallbacks(
  school: School,
  { path }: OpenEndpoint,
  query = "",
): Promise<CallbackView[]> {
  const page = await mustSucceed<{ items: CallbackView[] }>(school.owner("GET", `${path}/callbacks${query}`));
  return page.items;
}

/** Waits until the endpoint's only callback has been tried so often since it was made, or is over. */
export const tried = (school: School, endpoint: OpenEndpoint, attemptCount: number) =>
  until(async () => {
    const [callback] = await listCallbacks(school, endpoint);
    return callback?.attemptCount === attemptCount ? callback : undefined;
  });

export const inState = (school: School, endpoint: OpenEndpoint, state: string) =>
  until(async () => {
    const [callback] = await listCallbacks(school, endpoint);
    return callback?.state === state ? callback : undefined;
  });
