import { error } from "@sveltejs/kit";
import { tidings } from "#lib/api/client.ts";
import { deliveryName } from "#lib/features/deliveries/delivery-name.ts";
import { getPluginCatalogue } from "#lib/plugins/plugin-catalogue.ts";
import { authorize } from "#lib/session.svelte.ts";
import { m } from "#messages";
import type { PageLoad } from "./$types";

export const load: PageLoad = async ({ parent, params }) => {
  await parent();
  authorize("read", "Message");
  const [delivery, message, plugins] = await Promise.all([
    tidings.getDelivery({ path: { deliveryId: params.deliveryId } }),
    tidings.getMessage({ path: { messageId: params.messageId } }),
    getPluginCatalogue(),
  ]);
  if (delivery.messageId !== message.id) error(404, m.problem_not_found());
  const userId = delivery.user?.userId;
  // One user's deliveries: a channel or two in each step, far fewer than a page.
  const ofUser = userId
    ? await tidings.listDeliveries({ path: { messageId: message.id }, query: { userId } })
    : undefined;
  const siblings = ofUser?.items ?? [];
  return { title: deliveryName(delivery), delivery, message, plugins, siblings };
};
