/** The login page that leads back to where the member was. */
export function loginPath(from: URL): string {
  const back = from.pathname + from.search;
  return back === "/" ? "/login" : `/login?return=${encodeURIComponent(back)}`;
}

/** Where to go after signing in. Only paths of this origin: the parameter comes from a link. */
export function returnPath(url: URL): string {
  const target = new URL(url.searchParams.get("return") ?? "/", url.origin);
  const leavesOrLoops = target.origin !== url.origin || target.pathname === "/login";
  return leavesOrLoops ? "/" : target.pathname + target.search;
}
