import { error } from "@sveltejs/kit";
import { m } from "#messages";
import type { LayoutLoad } from "./$types";

export const load: LayoutLoad = async ({ parent, params }) => {
  const { endpoints } = await parent();
  const endpoint = endpoints.items.find(({ id }) => id === params.endpointId);
  if (!endpoint) error(404, m.problem_not_found());
  return { endpoint, title: endpoint.url };
};
