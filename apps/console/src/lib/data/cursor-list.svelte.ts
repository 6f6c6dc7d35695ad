import { untrack } from "svelte";
import type { TableSource } from "../ui/table/table.ts";

/** One page as the API answers it. */
export interface ListPage<Item> {
  items: Item[];
  nextCursor?: string | null;
}

type FetchPage<Item> = (cursor: string | undefined, signal: AbortSignal) => Promise<ListPage<Item>>;

/**
 * A list that is fetched page by page. Created while a component initialises: what `fetchPage` reads
 * before its first `await` (the filters) is tracked, and a change of it starts the list anew.
 */
export class CursorList<Item> implements TableSource<Item> {
  items = $state.raw<Item[]>([]);
  status = $state<"loading" | "ready" | "failed">("loading");
  error = $state.raw<unknown>();
  loadingMore = $state(false);
  #nextCursor = $state<string>();
  #attempt = $state(0);
  #isExtended = false;
  #controller = new AbortController();
  readonly #fetchPage: FetchPage<Item>;

  constructor(fetchPage: FetchPage<Item>) {
    this.#fetchPage = fetchPage;
    $effect(() => {
      this.#attempt;
      const controller = new AbortController();
      const page = fetchPage(undefined, controller.signal);
      untrack(() => this.#start(page, controller));
      return () => controller.abort();
    });
  }

  get hasMore(): boolean {
    return this.#nextCursor !== undefined;
  }

  /** Fetches from the first page again, for example after something was created. */
  reload(): void {
    this.#attempt += 1;
  }

  retry(): void {
    this.reload();
  }

  /** Fetches the first page again without a sign of it. A list that was loaded further stays as it is. */
  async refresh(): Promise<void> {
    if (this.status !== "ready" || this.#isExtended) return;
    const { signal } = this.#controller;
    // Whoever refreshes does it again; what is shown is no worse than before.
    const page = await this.#fetchPage(undefined, signal).catch(() => undefined);
    if (page && !signal.aborted && !this.#isExtended) this.#take(page.items, page.nextCursor);
  }

  async loadMore(): Promise<void> {
    if (this.loadingMore || !this.hasMore) return;
    const { signal } = this.#controller;
    this.loadingMore = true;
    this.#isExtended = true;
    try {
      const page = await this.#fetchPage(this.#nextCursor, signal);
      if (!signal.aborted) this.#take([...this.items, ...page.items], page.nextCursor);
    } catch (error) {
      if (!signal.aborted) this.error = error;
    } finally {
      this.loadingMore = false;
    }
  }

  async #start(pending: Promise<ListPage<Item>>, controller: AbortController): Promise<void> {
    this.#controller = controller;
    this.#isExtended = false;
    this.status = "loading";
    try {
      const page = await pending;
      if (!controller.signal.aborted) this.#take(page.items, page.nextCursor);
    } catch (error) {
      if (controller.signal.aborted) return;
      this.items = [];
      this.error = error;
      this.status = "failed";
    }
  }

  #take(items: Item[], nextCursor: string | null | undefined): void {
    this.items = items;
    this.#nextCursor = nextCursor ?? undefined;
    this.error = undefined;
    this.status = "ready";
  }
}
