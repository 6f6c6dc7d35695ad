import type { Sql } from "postgres";
import { Connection } from "./connection.ts";
import { parseEndpoint, withoutTlsParameters } from "./socket.ts";

/**
 * Runs `work` on one session of the login user, without pool, deadline or transaction: for migrations and for
 * creating databases, never for requests. Rejects with a `DatabaseUnavailableError` when the connection is lost.
 */
export async function withSession<T>(
  url: string,
  applicationName: string,
  work: (sql: Sql) => Promise<T>,
): Promise<T> {
  const settings = {
    url: withoutTlsParameters(url),
    endpoint: parseEndpoint(url),
    startup: { application_name: applicationName },
  };
  const connection = new Connection(settings, () => undefined);
  try {
    return await new Promise<T>((resolve, reject) => {
      connection.onDeath = reject;
      work(connection.sql).then(resolve, reject);
    });
  } finally {
    connection.onDeath = undefined;
    await connection.close();
  }
}
