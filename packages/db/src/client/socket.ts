import { once } from "node:events";
import { isIP, type NetConnectOpts, type Socket } from "node:net";
import { connect as connectTls, type ConnectionOptions as TlsOptions } from "node:tls";

/** Where a PostgreSQL URL points to, and how the connection is encrypted. */
export interface Endpoint {
  address: NetConnectOpts;
  /** Absent: plain text. */
  tls?: TlsOptions;
}

const DEFAULT_PORT = 5432;
/** Length 8, then the code 80877103: "may we speak TLS?" */
const TLS_REQUEST = Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f]);

/**
 * Reads host, port and `sslmode` from a `postgres://` URL. A host that starts with `/` (percent-encoded) is the
 * directory of a Unix socket. `sslmode` may be `disable` (default), `require` (encrypts, checks no certificate),
 * `verify-ca` or `verify-full`; private authorities go into NODE_EXTRA_CA_CERTS. Throws a `TypeError` otherwise.
 */
export function parseEndpoint(url: string): Endpoint {
  const parsed = new URL(url);
  const host = decodeURIComponent(parsed.hostname).replace(/^\[|\]$/g, "") || "localhost";
  const port = Number(parsed.port || DEFAULT_PORT);
  if (host.startsWith("/")) return { address: { path: `${host}/.s.PGSQL.${port}` } };
  const tls = tlsOptions(parsed.searchParams.get("sslmode") ?? "disable", host);
  return { address: { host, port }, ...(tls && { tls }) };
}

/** The URL without the parameters that `parseEndpoint` has read, which the driver must not act on again. */
export function withoutTlsParameters(url: string): string {
  const parsed = new URL(url);
  parsed.searchParams.delete("sslmode");
  return parsed.href;
}

function tlsOptions(mode: string, host: string): TlsOptions | undefined {
  const servername = isIP(host) ? {} : { servername: host };
  switch (mode) {
    case "disable":
      return undefined;
    case "require":
      return { ...servername, rejectUnauthorized: false };
    case "verify-ca":
      return { ...servername, checkServerIdentity: () => undefined };
    case "verify-full":
      return { host, ...servername };
    default:
      throw new TypeError(`sslmode must be disable, require, verify-ca or verify-full, not ${mode}`);
  }
}

/**
 * Connects the socket and returns the stream to speak over: the socket itself or TLS on top of it.
 * Nagle's algorithm is off: with it a 500-row COPY waits 88 ms for a delayed acknowledgement.
 */
export async function openStream(socket: Socket, endpoint: Endpoint): Promise<Socket> {
  socket.setNoDelay(true);
  socket.connect(endpoint.address);
  await once(socket, "connect");
  if (!endpoint.tls) return socket;
  socket.write(TLS_REQUEST);
  const [answer] = (await once(socket, "data")) as [Buffer];
  // More than one byte would be plain text smuggled in before the handshake.
  if (answer.toString("latin1") !== "S") throw new Error("The database server refuses TLS");
  const secure = connectTls({ ...endpoint.tls, socket });
  await once(secure, "secureConnect");
  return secure;
}
