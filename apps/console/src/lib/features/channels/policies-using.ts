import { type Policy, tidings } from "#lib/api/client.ts";

const PAGE_SIZE = 100;

/** The policies in use whose latest version sends through the channel: those that keep it from being deleted. */
export async function listPoliciesUsing(channelId: string): Promise<Policy[]> {
  const found: Policy[] = [];
  let cursor: string | undefined;
  do {
    const page = await tidings.listPolicies({ query: { limit: PAGE_SIZE, cursor } });
    found.push(...page.items.filter((policy) => uses(policy, channelId)));
    cursor = page.nextCursor ?? undefined;
  } while (cursor);
  return found;
}

const uses = ({ state, steps }: Policy, channelId: string) =>
  state === "active" && steps.some((step) => step.channelIds.includes(channelId));
