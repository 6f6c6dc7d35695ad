import type { Claim } from "./claim.repository.ts";

/** Deliveries that are sent from here however busy this process is: for fewer people a hint takes longer than sending. */
export const OWN_DELIVERIES = 100;

/** Claims by channel, each channel's in their order: what goes to a vendor together. */
export function byChannel<C extends Pick<Claim, "channelId">>(claims: readonly C[]): C[][] {
  const channels = new Map<string, C[]>();
  for (const claim of claims) {
    const some = channels.get(claim.channelId);
    if (some) some.push(claim);
    else channels.set(claim.channelId, [claim]);
  }
  return [...channels.values()];
}
