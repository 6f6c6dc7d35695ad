import { redirect } from "@sveltejs/kit";
import { returnPath } from "#lib/login-path.ts";
import { session } from "#lib/session.svelte.ts";
import { m } from "#messages";
import type { PageLoad } from "./$types";

export const load: PageLoad = async ({ url }) => {
  // Whoever is signed in already goes on; without the API the form is still shown, and says so.
  const me = await session.load().catch(() => undefined);
  if (me) redirect(302, returnPath(url));
  return { title: m.sign_in() };
};
