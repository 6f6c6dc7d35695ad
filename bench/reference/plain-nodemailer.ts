import { createTransport } from "nodemailer";
import { recipient } from "../notice.ts";
import { readSettings, tell } from "../programs/parent.ts";
import { fillNotice } from "./fill.ts";

/** The script one would write for mails: nodemailer's pool of ten connections, nothing kept. */
const CONNECTIONS = 10;
const AT_ONCE = 50;

const { port, users } = readSettings<{ port: number; users: number }>();
const transport = createTransport({
  host: "127.0.0.1",
  port,
  ignoreTLS: true,
  pool: true,
  maxConnections: CONNECTIONS,
  maxMessages: Number.POSITIVE_INFINITY,
});
let next = 1;
let sent = 0;
const startedAt = performance.now();
await Promise.all(
  Array.from({ length: AT_ONCE }, async () => {
    while (next <= users) {
      const one = recipient(next++);
      const { title, text } = fillNotice(one);
      const { accepted } = await transport.sendMail({
        from: "notice@school.example",
        to: one.address,
        subject: title,
        text,
      });
      sent += accepted.length;
    }
  }),
);
tell({ sent, tookMs: performance.now() - startedAt });
transport.close();
process.disconnect();
