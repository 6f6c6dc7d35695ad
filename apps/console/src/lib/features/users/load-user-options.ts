import { type Department, tidings } from "#lib/api/client.ts";
import { allItems } from "#lib/data/all-items.ts";
import { can } from "#lib/session.svelte.ts";
import { inTreeOrder } from "#lib/words/department-order.ts";
import type { Scopes } from "./scope.ts";

/** The names of all tags. */
export async function loadTagNames(): Promise<string[]> {
  if (!can("read", "Tag")) return [];
  const tags = await allItems((query) => tidings.listTags({ query }));
  return tags.map(({ name }) => name);
}

/** All departments, in the order of the tree. */
export async function loadDepartments(): Promise<Department[]> {
  if (!can("read", "Department")) return [];
  return inTreeOrder(await allItems((query) => tidings.listDepartments({ query })));
}

/** What an identity can be bound to. */
export async function loadScopes(): Promise<Scopes> {
  const [sources, channels] = await Promise.all([
    can("read", "Source") ? allItems((query) => tidings.listSources({ query })) : [],
    can("read", "Channel") ? allItems((query) => tidings.listChannels({ query })) : [],
  ]);
  return { sources, channels };
}
