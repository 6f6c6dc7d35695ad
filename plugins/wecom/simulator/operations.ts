import { randomBytes } from "node:crypto";
import { WindowCount } from "@tidings/sdk/testing";
import { answerOk, refuse, type VendorAnswer } from "./answers.ts";
import { type Company, membershipOf, type NoticeInbox, type SimulatedNotice } from "./company.ts";
import { readContent } from "./content.ts";

const MAX_USERS = 1000;
const RECALL_WINDOW_MS = 24 * 3_600_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DEFAULT_DUPLICATE_SECONDS = 1800;
const LONGEST_DUPLICATE_SECONDS = 4 * 3600;
/** Sendings to one person, for each account of the company and day. */
const SENDS_PER_ACCOUNT = 200;

type Fields = Record<string, unknown>;

export interface Limits {
  /** Calls of one interface a minute. */
  callsPerMinute: number;
  /** Accounts of the company: 200 sendings a day for each. */
  accountCount: number;
  perMemberMinute: number;
  perMemberHour: number;
}

/** The app's side of the vendor: sending, taking back, and its own entry. */
export class Operations {
  readonly #company: Company;
  readonly #inbox: NoticeInbox;
  readonly #calls: WindowCount;
  readonly #daily: WindowCount;
  readonly #memberMinutes: WindowCount;
  readonly #memberHours: WindowCount;
  /** When each content was last sent to the same recipients. */
  readonly #sentAt = new Map<string, number>();

  constructor(company: Company, inbox: NoticeInbox, limits: Limits) {
    this.#company = company;
    this.#inbox = inbox;
    this.#calls = new WindowCount(limits.callsPerMinute, MINUTE_MS);
    this.#daily = new WindowCount(limits.accountCount * SENDS_PER_ACCOUNT, 24 * HOUR_MS);
    this.#memberMinutes = new WindowCount(limits.perMemberMinute, MINUTE_MS);
    this.#memberHours = new WindowCount(limits.perMemberHour, HOUR_MS);
  }

  send(body: Fields, ip: string, now: number): VendorAnswer {
    if (!this.#calls.allows("send", now)) return refuse(45009, ip);
    const wrongApp = this.#checkApp(body.agentid);
    if (wrongApp !== undefined) return refuse(wrongApp, ip);
    const users = [
      ...new Set(
        String(body.touser ?? "")
          .toLowerCase()
          .split("|")
          .filter(Boolean),
      ),
    ];
    if (users.length === 0) return refuse(82001, ip);
    if (users.length > MAX_USERS) return refuse(40032, ip);
    const content = readContent(body);
    if (typeof content === "number") return refuse(content, ip);
    const of = (kind: string) => users.filter((user) => membershipOf(user) === kind);
    const members = of("member");
    if (members.length === 0) return refuse(81013, ip);
    if (!this.#daily.allows("app", now, members.length)) return refuse(45009, ip);
    const msgid = randomBytes(48).toString("base64url");
    if (!this.#isDuplicate(body, now)) {
      const base = { ...content, msgid, msgtype: String(body.msgtype), at: now };
      this.#inbox.add(
        members.map((to): SimulatedNotice => ({ ...base, to, state: this.#stateFor(to, now) })),
      );
    }
    return answerOk({
      invaliduser: of("unknown").join("|"),
      invalidparty: "",
      invalidtag: "",
      unlicenseduser: of("unlicensed").join("|"),
      msgid,
    });
  }

  recall(body: Fields, ip: string, now: number): VendorAnswer {
    if (!this.#calls.allows("recall", now)) return refuse(45009, ip);
    const notices = this.#inbox.listOf(String(body.msgid ?? ""));
    const [first] = notices;
    if (!first || now - first.at > RECALL_WINDOW_MS) return refuse(40058, ip);
    for (const notice of notices) notice.state = "recalled";
    return answerOk();
  }

  getApp(agentId: string | undefined, ip: string): VendorAnswer {
    const wrongApp = this.#checkApp(agentId === undefined ? undefined : Number(agentId));
    if (wrongApp !== undefined) return refuse(wrongApp, ip);
    const { agentId: agentid, appName: name } = this.#company;
    return answerOk({ agentid, name, close: 0, description: "", redirect_domain: "" });
  }

  #checkApp(agentId: unknown): number | undefined {
    if (agentId === undefined) return 41011;
    if (typeof agentId !== "number" || !Number.isInteger(agentId)) return 40056;
    return agentId === this.#company.agentId ? undefined : 301002;
  }

  #stateFor(user: string, now: number): SimulatedNotice["state"] {
    const isWithin = this.#memberMinutes.allows(user, now) && this.#memberHours.allows(user, now);
    return isWithin ? "arrived" : "dropped";
  }

  /** With the check on, the same request within the time sends nothing, and is answered like the first. */
  #isDuplicate(body: Fields, now: number): boolean {
    const { enable_duplicate_check: isChecked, duplicate_check_interval: asked, ...rest } = body;
    const key = JSON.stringify(rest);
    const sentAt = this.#sentAt.get(key);
    this.#sentAt.set(key, now);
    const seconds = Math.min(Number(asked ?? DEFAULT_DUPLICATE_SECONDS), LONGEST_DUPLICATE_SECONDS);
    return isChecked === 1 && sentAt !== undefined && now - sentAt < seconds * 1000;
  }
}
