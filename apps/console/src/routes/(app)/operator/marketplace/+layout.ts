import { m } from "#messages";
import type { LayoutLoad } from "./$types";

export const load: LayoutLoad = async ({ parent }) => {
  await parent();
  return { title: m.market_settings_title() };
};
