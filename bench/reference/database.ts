import { connect } from "node:net";
import postgres from "postgres";

/** A plain connection without Nagle's algorithm, which would cost every COPY two 40 ms pauses. */
export function openDatabase(url: string, connections: number) {
  const { hostname, port } = new URL(url);
  const options = {
    max: connections,
    onnotice: () => undefined,
    socket: () =>
      new Promise((resolve, reject) => {
        const socket = connect(Number(port), hostname);
        socket
          .setNoDelay(true)
          .once("connect", () => resolve(socket))
          .once("error", reject);
      }),
  };
  return postgres(url, options);
}
