import { SMTPServer } from "smtp-server";
import { answer, readSettings, tell } from "./parent.ts";

/** A mail server that takes everything and counts mails and their recipients. The bench asks `report` and `forget`. */
const { port } = readSettings<{ port: number }>();

const recipients = new Set<string>();
let received = 0;

const server = new SMTPServer({
  authOptional: true,
  disabledCommands: ["STARTTLS"],
  disableReverseLookup: true,
  logger: false,
  onData(stream, session, done) {
    stream.resume();
    stream.once("end", () => {
      received++;
      for (const { address } of session.envelope.rcptTo) recipients.add(address);
      done();
    });
  },
});

answer((question) => {
  if (question === "forget") {
    recipients.clear();
    received = 0;
  }
  return { received, distinct: recipients.size };
});

server.listen(port, "127.0.0.1", () => tell({ ready: true }));
