import { authorizeOperator } from "#lib/session.svelte.ts";
import type { LayoutLoad } from "./$types";

export const load: LayoutLoad = async ({ parent }) => {
  await parent();
  authorizeOperator();
};
