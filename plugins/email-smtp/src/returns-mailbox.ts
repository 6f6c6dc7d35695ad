import { isIP } from "node:net";
import type { CollectInput, CollectOutput, Verification } from "@tidings/sdk/plugin";
import { ImapFlow } from "imapflow";
import { mayBeReturned, readReturnedMail, TELLING_HEADERS } from "./returned-mail.ts";
import type { MailboxSettings } from "./settings.ts";

/** Mails that one visit looks at; more wait for the next. */
const MAILS_A_VISIT = 200;
/** Mails after which it is kept how far a visit has got: one that is broken off loses no more. */
const MAILS_A_PORTION = 20;
/** What is read of one mail, bytes: the report comes before the copy of ours. */
const MAX_MAIL_BYTES = 262_144;
/** How far back the first visit looks. */
const FIRST_LOOK_MS = 3 * 86_400_000;

export interface ReturnsMailboxOptions {
  settings: MailboxSettings;
  /** The channel's own key, by which its mails are known. */
  key: string;
  timeoutMs: number;
  resolve(host: string, port: number): Promise<string>;
}

/**
 * The mailbox that undeliverable mail is returned to. A visit goes on behind the mail that the last one ended with; it
 * reads only what looks like a return, marks what was one of ours as seen, and moves and deletes nothing.
 */
export class ReturnsMailbox {
  readonly #options: ReturnsMailboxOptions;
  #client: ImapFlow | undefined;

  constructor(options: ReturnsMailboxOptions) {
    this.#options = options;
  }

  async visit(input: CollectInput): Promise<CollectOutput> {
    return this.#use(
      (client) => collect(client, this.#options.key, input),
      (failure) => ({ hasMore: false, failure }),
    );
  }

  /** Logs in and opens the mailbox. */
  async verify(): Promise<Verification> {
    return this.#use<Verification>(
      async () => ({ ok: true }),
      (failure) => ({ ok: false, ...failure }),
    );
  }

  close(): void {
    this.#client?.close();
  }

  async #use<T>(
    work: (client: ImapFlow) => Promise<T>,
    fail: (failure: { code: string; detail: string }) => T,
  ): Promise<T> {
    let client: ImapFlow | undefined;
    try {
      const { settings, resolve } = this.#options;
      const address = await resolve(settings.host, settings.port);
      client = new ImapFlow(clientOptions(this.#options, address));
      // Without a listener a fault of the connection would end the process; the call under way hears of it too.
      client.on("error", () => {});
      this.#client = client;
      await client.connect();
      await client.mailboxOpen("INBOX");
      return await work(client);
    } catch (error) {
      return fail(readFault(error));
    } finally {
      client?.close();
    }
  }
}

function clientOptions({ settings, timeoutMs }: ReturnsMailboxOptions, address: string) {
  return {
    // The address that was checked is the one that is dialled; the certificate has to name the host.
    host: address,
    ...(isIP(settings.host) === 0 && { servername: settings.host }),
    port: settings.port,
    secure: settings.encryption === "tls",
    doSTARTTLS: settings.encryption === "starttls",
    auth: { user: settings.user, pass: settings.pass },
    tls: { minVersion: "TLSv1.2" as const },
    // Some providers refuse whoever does not say what it is (RFC 2971).
    clientInfo: { name: "Tidings" },
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    disableAutoIdle: true,
    logger: false as const,
  };
}

async function collect(client: ImapFlow, key: string, input: CollectInput): Promise<CollectOutput> {
  const mailbox = client.mailbox;
  if (!mailbox) throw new Error("The mailbox is not open.");
  const validity = String(mailbox.uidValidity);
  const from = readCursor(input.cursor, validity);
  const waiting = await listUids(client, from, input.now);
  if (waiting.length === 0 && from === undefined) await input.keep([], `${validity}:${mailbox.uidNext}`);
  for (let start = 0; start < Math.min(waiting.length, MAILS_A_VISIT); start += MAILS_A_PORTION) {
    const uids = waiting.slice(start, start + MAILS_A_PORTION);
    await collectPortion(client, uids, { key, validity, input });
  }
  return { hasMore: waiting.length > MAILS_A_VISIT };
}

async function collectPortion(
  client: ImapFlow,
  uids: number[],
  { key, validity, input }: { key: string; validity: string; input: CollectInput },
): Promise<void> {
  const returned = await readAll(client, await sift(client, uids), { key, now: input.now });
  const events = returned.map(({ event }) => event);
  await input.keep(events, `${validity}:${(uids.at(-1) ?? 0) + 1}`);
  if (returned.length === 0) return;
  const seen = returned.map(({ uid }) => uid);
  await client.messageFlagsAdd(seen, ["\\Seen"], { uid: true }).catch(() => false);
}

/** The UID to go on with; undefined at the first visit, and when the server has numbered its mails anew. */
function readCursor(cursor: string | undefined, validity: string): number | undefined {
  const [known, next] = (cursor ?? "").split(":");
  return known === validity && /^\d{1,10}$/.test(next ?? "") ? Number(next) : undefined;
}

async function listUids(client: ImapFlow, from: number | undefined, now: number): Promise<number[]> {
  const query = from === undefined ? { since: new Date(now - FIRST_LOOK_MS) } : { uid: `${from}:*` };
  const found = (await client.search(query, { uid: true })) || [];
  // `*` is the newest mail, also when that is an older one than was asked for.
  return found.filter((uid) => uid >= (from ?? 0)).sort((a, b) => a - b);
}

async function sift(client: ImapFlow, uids: number[]): Promise<number[]> {
  if (uids.length === 0) return [];
  const mails = await client.fetchAll(uids, { uid: true, headers: TELLING_HEADERS }, { uid: true });
  return mails.filter(({ headers }) => headers && mayBeReturned(headers.toString())).map(({ uid }) => uid);
}

async function readAll(client: ImapFlow, uids: number[], context: { key: string; now: number }) {
  const returned = [];
  for (const uid of uids) {
    const mail = await client.fetchOne(uid, { source: { maxLength: MAX_MAIL_BYTES } }, { uid: true });
    const source = mail ? mail.source : undefined;
    // A mail that cannot be read is left, as one that is no return.
    const event = source && (await readReturnedMail(source, context).catch(() => undefined));
    if (event) returned.push({ uid, event });
  }
  return returned;
}

function readFault(error: unknown): { code: string; detail: string } {
  const { message = "", code = "" } = (error ?? {}) as { message?: string; code?: string };
  const { authenticationFailed, responseText } = (error ?? {}) as {
    authenticationFailed?: boolean;
    responseText?: string;
  };
  const detail = String(responseText ?? message)
    .slice(0, 500)
    .replace(/[\p{Cc}\p{Cs}]/gu, " ");
  if (authenticationFailed) return { code: "returns_login_refused", detail };
  if (code === "blocked") return { code: "returns_blocked", detail };
  return { code: "returns_not_reached", detail };
}
