import { error } from "@sveltejs/kit";
import { m } from "#messages";
import type { PageLoad } from "./$types";

export const load: PageLoad = async ({ parent }) => {
  const { offer } = await parent();
  if (!offer) error(404, m.problem_not_found());
};
