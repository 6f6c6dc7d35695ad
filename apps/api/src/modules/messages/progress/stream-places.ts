import { tooManyStreams } from "../message.errors.ts";

export interface StreamLimits {
  perTenant: number;
  /** Of one process. */
  inAll: number;
}

export const DEFAULT_STREAMS: StreamLimits = { perTenant: 100, inAll: 1_000 };

/** Counts the open streams of this process: each holds a connection. */
export function createStreamPlaces(limits: StreamLimits) {
  const byTenant = new Map<string, number>();
  let inAll = 0;

  function assertRoom(own: number): void {
    const options = { headers: { "retry-after": "10" }, extensions: { limit: limits.perTenant, open: own } };
    if (own >= limits.perTenant) {
      const detail = `${own} progress streams are open, and ${limits.perTenant} may be. Close some, or read the messages instead.`;
      throw tooManyStreams(detail, options);
    }
    if (inAll < limits.inAll) return;
    throw tooManyStreams("Too many progress streams are open here. Read the message instead.", options);
  }

  return {
    /** Takes a place, or throws the problem that there is none; gives it back when what it returns is called. */
    take(tenantId: string): () => void {
      const own = byTenant.get(tenantId) ?? 0;
      assertRoom(own);
      byTenant.set(tenantId, own + 1);
      inAll++;
      return () => {
        inAll--;
        const left = (byTenant.get(tenantId) ?? 1) - 1;
        if (left > 0) byTenant.set(tenantId, left);
        else byTenant.delete(tenantId);
      };
    },
  };
}
