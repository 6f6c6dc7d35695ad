import type { ChannelName } from "../checker/facts.ts";
import type { Profile } from "../profiles.ts";
import type { Random } from "../random.ts";
import { CHANNELS, type Tenant } from "../stage/seed.ts";

/** A message that will be sent, and when. */
export interface Order {
  atMs: number;
  mark: string;
  tenant: Tenant;
  recipients: string[];
  /** The tag that names the recipients; without one they are listed. */
  tag?: string;
  route: ChannelName | "all" | "fallback";
  /** Cancel it this long after it was accepted. */
  cancelAfterMs?: number;
}

export const channelsOf = ({ route }: Pick<Order, "route">): ChannelName[] =>
  route === "all" ? ["keyed", "plain", "queryable"] : [route === "fallback" ? "plain" : route];

/** The share of a group that a message with a fallback is for: it listens to receipts, which costs more. */
const FALLBACK_SHARE = 4;

export function planLoad(profile: Profile, tenants: Tenant[], random: Random): Order[] {
  const waves = Array.from({ length: profile.waves }, (_, wave) =>
    tenants.flatMap((tenant) => planWave(profile, wave, tenant, random)),
  );
  const singles = Array.from({ length: profile.singles }, (_, number): Order => {
    const tenant = random.pick(tenants);
    const group = random.pick([...tenant.groups.values()]);
    return {
      atMs: (profile.faultMs * number) / profile.singles,
      mark: `single-${number}`,
      tenant,
      recipients: [random.pick(group)],
      route: random.pick(["keyed", "plain", "queryable", "all", "fallback"]),
    };
  });
  return [...waves.flat(), ...singles].sort((a, b) => a.atMs - b.atMs);
}

/** One tenant's messages of a wave: over each channel, every other wave with a fallback, every third cancelled. */
function planWave(profile: Profile, wave: number, tenant: Tenant, random: Random): Order[] {
  const at = () => wave * profile.waveEveryMs + random.between(0, profile.waveEveryMs / 2);
  const tags = [...tenant.groups.keys()];
  const tag = tags[wave % tags.length] ?? "";
  const recipients = tenant.groups.get(tag) ?? [];
  const order = (name: string, more: Pick<Order, "route"> & Partial<Order>): Order => {
    return { atMs: at(), mark: `${tenant.code}-${wave}-${name}`, tenant, recipients, tag, ...more };
  };
  const orders = CHANNELS.map((route) => order(route, { route }));
  if (wave % 2 === 0) {
    const some = recipients.slice(0, recipients.length / FALLBACK_SHARE);
    // Spread would keep the tag, which names more people.
    const { tag: _, ...listed } = order("fallback", { route: "fallback", recipients: some });
    orders.push(listed);
  }
  if (wave % 3 === 0) {
    orders.push(order("cancelled", { route: "all", cancelAfterMs: random.between(0, 3_000) }));
  }
  return orders;
}
