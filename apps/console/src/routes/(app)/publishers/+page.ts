import { tidings } from "#lib/api/client.ts";
import { m } from "#messages";
import type { PageLoad } from "./$types";

export const load: PageLoad = async ({ parent, depends }) => {
  await parent();
  depends("tidings:publishers");
  const [publishers, invitations] = await Promise.all([
    tidings.listPublishers(),
    tidings.listPublisherInvitations(),
  ]);
  return { title: m.publishers_title(), publishers: publishers.items, invitations: invitations.items };
};
