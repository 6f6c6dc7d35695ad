import type { ListPage } from "./cursor-list.svelte.ts";

/** Every item of a list that is known to be short, for example what a select offers. */
export async function allItems<Item>(
  fetchPage: (query: { limit: number; cursor?: string }) => Promise<ListPage<Item>>,
): Promise<Item[]> {
  const items: Item[] = [];
  let cursor: string | undefined;
  do {
    const page = await fetchPage({ limit: 100, cursor });
    items.push(...page.items);
    cursor = page.nextCursor ?? undefined;
  } while (cursor);
  return items;
}
