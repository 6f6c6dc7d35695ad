import { isIP, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import type { buildConnector } from "undici";
import { CONNECT_TIMEOUT_MS } from "../limits.ts";
import { Http2Error } from "../transport-failure.ts";

/** Opens a connection for HTTP/2. Rejects with what kept it from coming about. */
export type Dial = (url: URL) => Promise<Socket>;

/**
 * Dials through the guard. Over TLS nothing but `h2` is offered; plain text is HTTP/2 with prior knowledge, and only
 * destinations that the policy allows to be plain come as far as this.
 */
export function createDial(connect: buildConnector.connector, roots?: string[]): Dial {
  return async (url) => {
    const hostname = url.hostname.replace(/^\[(.*)\]$/, "$1");
    const isSecure = url.protocol === "https:";
    const port = url.port || (isSecure ? "443" : "80");
    const socket = await open(connect, hostname, port);
    return isSecure ? secure(socket, hostname, roots) : socket;
  };
}

function open(connect: buildConnector.connector, hostname: string, port: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    connect({ hostname, port, protocol: "http:" }, (error, socket) =>
      socket ? resolve(socket) : reject(error),
    );
  });
}

function secure(socket: Socket, hostname: string, roots: string[] | undefined): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const secured = connectTls({
      socket,
      host: hostname,
      ...(isIP(hostname) === 0 && { servername: hostname }),
      ALPNProtocols: ["h2"],
      ...(roots && { ca: roots }),
    });
    const end = (error: Error) => {
      clearTimeout(timer);
      secured.destroy();
      reject(error);
    };
    const timer = setTimeout(() => end(new Http2Error("UND_ERR_CONNECT_TIMEOUT")), CONNECT_TIMEOUT_MS);
    secured.on("error", end).once("secureConnect", () => {
      if (secured.alpnProtocol !== "h2") return end(new Http2Error("ERR_NO_HTTP2"));
      clearTimeout(timer);
      resolve(secured);
    });
  });
}
