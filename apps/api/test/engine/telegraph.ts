import { toUuid } from "@tidings/db";
import {
  type Installation,
  messageTo,
  mustSucceed,
  type School,
  type SchoolChannel,
  until,
  users,
  type VendorCall,
} from "../harness/index.ts";

/** What the vendor says of a message when it is asked. */
export interface Known {
  status: string;
  at?: number;
  code?: string;
}

/** A channel whose vendor keeps books: it does not deduplicate, can be asked, and takes back. */
export interface Telegraph extends SchoolChannel {
  send(...userIds: string[]): Promise<string>;
  /** Decides how the vendor answers; what is not given answers as a vendor in order. */
  behave(how: {
    sending?: (call: VendorCall) => "cut" | { status: number };
    query?: (ref: string, call: VendorCall) => Known;
    recall?: (ref: string, call: VendorCall) => Known;
  }): void;
  calls(kind: "send" | "query" | "recall"): VendorCall[];
  /** Waits until every inquiry about the message has been through so many rounds, or is over. */
  hasAsked(messageId: string, roundCount: number): Promise<void>;
  /** Waits until the inquiries about the message that were due are put off. */
  isPutOff(messageId: string): Promise<void>;
}

const PATHS = { send: "/telegraph", query: "/telegraph/query", recall: "/telegraph/recall" };

export async function givenTelegraph(school: School): Promise<Telegraph> {
  const { vendor } = school.installation;
  const channel = await mustSucceed<SchoolChannel>(
    school.owner("POST", "/v1/channels", {
      code: "telegraph",
      name: "电报",
      pluginId: "test/telegraph",
      settings: { url: vendor.url },
      secrets: { token: "telegraph-token" },
    }),
  );
  await mustSucceed(school.owner("PUT", `/v1/sources/${school.sourceId}/channels/${channel.id}`));
  const says = (book: string, refs: string[], say: (ref: string) => Known) => ({
    status: 200,
    body: JSON.stringify({ [book]: Object.fromEntries(refs.map((ref) => [ref, say(ref)])) }),
  });
  const telegraph: Telegraph = {
    ...channel,
    send: (...userIds) => school.send(messageTo(users(...userIds), ["telegraph"])),
    behave: ({ sending, query, recall }) =>
      vendor.answer((call) => {
        if (call.path === PATHS.query) {
          return says("known", call.refs, (ref) => query?.(ref, call) ?? { status: "accepted" });
        }
        if (call.path === PATHS.recall) {
          return says("recalls", call.refs, (ref) => recall?.(ref, call) ?? { status: "recalled" });
        }
        return sending?.(call) ?? { status: 200 };
      }),
    calls: (kind) => vendor.calls.filter(({ path }) => path === PATHS[kind]),
    async hasAsked(messageId, roundCount) {
      await until(async () => {
        const rounds = await roundsOf(school.installation, messageId);
        return rounds.every((round) => round >= roundCount);
      });
    },
    async isPutOff(messageId) {
      await until(async () => {
        const [row] = await school.installation.books.transaction(
          ({ sql }) => sql<[{ due: number; open: number }]>`
            select count(*)::int as open, count(*) filter (where ask_at <= now())::int as due
            from inquiries where message_id = ${toUuid("message", messageId)}`,
        );
        return row.open > 0 && row.due === 0;
      });
    },
  };
  telegraph.behave({});
  return telegraph;
}

/** Rounds that the open inquiries about a message have been through. */
const roundsOf = ({ books }: Pick<Installation, "books">, messageId: string) =>
  books.transaction(async ({ sql }) => {
    const rows = await sql<{ round_count: number }[]>`
      select round_count from inquiries where message_id = ${toUuid("message", messageId)}`;
    return rows.map((row) => row.round_count);
  });
