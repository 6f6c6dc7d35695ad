import { type Foundation, lay } from "../../src/composition/foundation.ts";
import { composeHttp, type Http } from "../../src/composition/http.ts";
import { createLogger } from "../../src/platform/logger.ts";
import { loadPlugins } from "../../src/platform/plugin-runtime/index.ts";
import type { Installation } from "./installation.ts";

/** Does beside a running server what no route does yet: makes tenants and their first members. */
export interface Operator extends Pick<Http, "tenants" | "members"> {
  close(): Promise<void>;
}

export async function openOperator(
  server: Pick<Foundation, "databaseUrl" | "installationKey" | "publicUrl">,
): Promise<Operator> {
  const logger = createLogger("silent");
  const foundation = lay({
    ...server,
    plugins: await loadPlugins([], logger),
    outbound: { allowedEndpoints: new Set() },
    logger,
  });
  const { tenants, members } = composeHttp(foundation, { nudge: () => undefined });
  return { tenants, members, close: () => foundation.close() };
}

/** Makes logins operators of the installation, as its settings would. */
export async function appointOperators(
  { books }: Pick<Installation, "books">,
  ...emails: string[]
): Promise<void> {
  await books.transaction(
    ({ sql }) => sql`insert into operators (account_id) select id from accounts where email = any(${emails})`,
  );
}
