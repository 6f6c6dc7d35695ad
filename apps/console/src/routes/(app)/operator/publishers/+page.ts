import { m } from "#messages";
import type { PageLoad } from "./$types";

export const load: PageLoad = async ({ parent }) => {
  await parent();
  return { title: m.operator_publishers_title() };
};
