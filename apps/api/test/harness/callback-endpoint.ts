import type { CallbackReceiver } from "./callback-receiver.ts";
import { mustSucceed, type School } from "./school.ts";

export interface OpenEndpoint {
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

let nextName = 0;
const newName = () => `/callbacks-${nextName++}`;

/** Has the school's source told at an address of the receiver. */
export async function openEndpoint(
  school: School,
  receiver: CallbackReceiver,
  { name = newName(), ...rest }: { name?: string; eventTypes?: string[] } = {},
): Promise<OpenEndpoint> {
  const path = `/v1/sources/${school.sourceId}/callback-endpoints`;
  const body = { url: `${receiver.url}${name}`, ...rest };
  const created = await mustSucceed<OpenEndpoint>(school.owner("POST", path, body));
  return { ...created, path: `${path}/${created.id}`, name };
}

export async function readEndpoint(school: School, endpoint: OpenEndpoint): Promise<OpenEndpoint> {
  const path = `/v1/sources/${school.sourceId}/callback-endpoints`;
  const { items } = await mustSucceed<{ items: OpenEndpoint[] }>(school.owner("GET", path));
  const found = items.find(({ id }) => id === endpoint.id);
  if (!found) throw new Error(`there is no ${endpoint.id}`);
  return found;
}
