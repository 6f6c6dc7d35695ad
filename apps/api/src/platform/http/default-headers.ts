import type { HttpBindings } from "@hono/node-server";
import type { Context } from "hono";

/**
 * Gives the answer headers that its handler may overrule. Put on Node's response they are written with the rest; put
 * on `c.res` they would first make a web response of an answer that Node can write as it is. In-process calls have no
 * Node response, so there they are added in the end.
 */
export function withDefaultHeaders(
  c: Context,
  headers: Readonly<Record<string, string>>,
  next: () => Promise<void>,
): Promise<void> {
  const { outgoing } = (c.env ?? {}) as Partial<HttpBindings>;
  if (!outgoing) return next().then(() => addMissing(c.res.headers, headers));
  for (const name in headers) outgoing.setHeader(name, headers[name] ?? "");
  return next();
}

function addMissing(to: Headers, headers: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(headers)) if (!to.has(name)) to.set(name, value);
}
