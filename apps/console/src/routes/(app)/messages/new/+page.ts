import { getComposeOptions } from "#lib/features/compose/compose-options.ts";
import { authorize } from "#lib/session.svelte.ts";
import { m } from "#messages";
import type { PageLoad } from "./$types";

export const load: PageLoad = async ({ parent }) => {
  await parent();
  authorize("send", "Message");
  return { title: m.compose_title(), options: await getComposeOptions() };
};
