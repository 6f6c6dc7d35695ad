import type { Database } from "../../../platform/database/index.ts";
import type { Loop } from "../../../platform/loops.ts";
import { listListeningTenants } from "./record-events.repository.ts";

/** The tenants of which a source wants to be told of its deliveries, as this process knows them: those of a second ago. */
export interface Listeners {
  /** By the tenant's row key. */
  has(tenant: string): boolean;
  /** Looks at them now. What fails leaves them as they were. */
  refresh(): Promise<void>;
}

export function createListeners({ dispatch }: { dispatch: Database }): Listeners {
  let tenants: ReadonlySet<string> = new Set();
  return {
    has: (tenant) => tenants.has(tenant),
    async refresh() {
      tenants = new Set(await dispatch.transaction(listListeningTenants));
    },
  };
}

export const createListenerLoop = (listeners: Pick<Listeners, "refresh">): Loop => ({
  name: "callback-listeners",
  idleMs: 1_000,
  async run() {
    await listeners.refresh();
    return false;
  },
});
