import { error } from "@sveltejs/kit";
import { m } from "#messages";
import type { PageLoad } from "./$types";

export const load: PageLoad = async ({ parent }) => {
  const { plugin } = await parent();
  const installation = plugin?.installation;
  if (!plugin || !installation) error(404, m.problem_not_found());
  return { plugin, installation };
};
