import { toUuid } from "@tidings/db";
import {
  type CallbackReceiver,
  type Installation,
  mustSucceed,
  type School,
  until,
} from "../harness/index.ts";

export interface Endpoint {
  id: string;
  url: string;
  state: string;
  disabledReason: string | null;
  failingSince: string | null;
  secret: string;
  secrets: { version: number }[];
  counts: { waiting: number; dead: number };
  /** Where the endpoint's routes are. */
  path: string;
  /** Of its address. */
  name: string;
}

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

let nextName = 0;
export const newName = () => `/callbacks-${nextName++}`;

/** A receiver's address that the school's source is told at. */
export async function givenEndpoint(
  school: School,
  receiver: CallbackReceiver,
  { name = newName(), ...rest }: { name?: string; eventTypes?: string[] } = {},
): Promise<Endpoint> {
  const path = `/v1/sources/${school.sourceId}/callback-endpoints`;
  const body = { url: `${receiver.url}${name}`, ...rest };
  const created = await mustSucceed<Endpoint>(school.owner("POST", path, body));
  return { ...created, path: `${path}/${created.id}`, name };
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

export async function readEndpoint(school: School, endpoint: Endpoint): Promise<Endpoint> {
  const path = `/v1/sources/${school.sourceId}/callback-endpoints`;
  const { items } = await mustSucceed<{ items: Endpoint[] }>(school.owner("GET", path));
  const found = items.find(({ id }) => id === endpoint.id);
  if (!found) throw new Error(`there is no ${endpoint.id}`);
  return found;
}

export async function listCallbacks(school: School, { path }: Endpoint, query = ""): Promise<CallbackView[]> {
  const page = await mustSucceed<{ items: CallbackView[] }>(school.owner("GET", `${path}/callbacks${query}`));
  return page.items;
}

/** Waits until the endpoint's only callback has been tried so often since it was made, or is over. */
export const tried = (school: School, endpoint: Endpoint, attemptCount: number) =>
  until(async () => {
    const [callback] = await listCallbacks(school, endpoint);
    return callback?.attemptCount === attemptCount ? callback : undefined;
  });

export const inState = (school: School, endpoint: Endpoint, state: string) =>
  until(async () => {
    const [callback] = await listCallbacks(school, endpoint);
    return callback?.state === state ? callback : undefined;
  });
