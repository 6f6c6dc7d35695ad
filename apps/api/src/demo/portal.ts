import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import type { Http } from "../composition/http.ts";
import { abilityOf, SOURCE_PERMISSIONS } from "../platform/authorization/index.ts";
import { type IssueToken, portalPage } from "./portal-page.ts";
import { INBOX, USERS } from "./school.ts";
import type { SeededSchool } from "./seed.ts";
import { FIRST_PAGE_PORT } from "./simulators.ts";

const TOKEN_SECONDS = 3_600;
const HOST = "127.0.0.1";
/** Before those of the simulators. */
const PORT = FIRST_PAGE_PORT - 1;

/** The portal's own way to tokens: what its server would do over HTTP with the source's API key. */
export function issueAs(
  { tenantId, sourceId }: Pick<SeededSchool, "tenantId" | "sourceId">,
  inboxTokens: Http["inboxTokens"],
): IssueToken {
  return async (userId) => {
    if (!USERS.some((user) => user.userId === userId)) return undefined;
    const ctx = {
      tenantId,
      actor: { kind: "source" as const, id: sourceId, name: "demo" },
      ability: abilityOf(SOURCE_PERMISSIONS),
      requestId: "demo",
      now: () => new Date(),
    };
    const asked = { userId, channel: INBOX.code, expiresInSeconds: TOKEN_SECONDS };
    return { token: (await inboxTokens.createInboxToken(ctx, asked)).token };
  };
}

export interface Portal {
  /** Where its page is. */
  url: string;
  /** Its server's way to a token, once the school is in place. */
  issueToken: IssueToken | undefined;
  close(): Promise<void>;
}

/**
 * Starts the students' portal of the demo school: a site that is not ours and embeds the inbox. A real one would know its
 * user from a login, and ask for the token with the API key of its source.
 */
export async function startPortal(publicUrl: string): Promise<Portal> {
  const portal = { issueToken: undefined as IssueToken | undefined };
  const page = portalPage(publicUrl, async (userId) => portal.issueToken?.(userId));
  const server = createAdaptorServer({ fetch: page.fetch }) as Server;
  const port = await listen(server, PORT).catch(() => listen(server, 0));
  return Object.assign(portal, {
    url: `http://${HOST}:${port}/`,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  });
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, HOST, () => {
      server.off("error", reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}
