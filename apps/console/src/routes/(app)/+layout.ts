import { redirect } from "@sveltejs/kit";
import { loginPath } from "#lib/login-path.ts";
import { session } from "#lib/session.svelte.ts";
import type { LayoutLoad } from "./$types";

export const load: LayoutLoad = async ({ url }) => {
  if (!(await session.load())) redirect(302, loginPath(url));
};
