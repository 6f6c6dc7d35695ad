import { WindowCount } from "@tidings/sdk/testing";

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const DAY_MS = 24 * 60 * MINUTE_MS;
const BEIJING_OFFSET_MS = 8 * 60 * MINUTE_MS;

export interface LimitOptions {
  callsPerSecond: number;
  peoplePerMinute: number;
  perUserDay: number;
}

/** The vendor's limits: that of calls is told at once, the others keep single messages back. */
export class Limits {
  readonly #calls: WindowCount;
  readonly #people: WindowCount;
  readonly #userDays: WindowCount;
  /** The users who have had a content, by the day in Beijing. */
  readonly #contents = new Map<string, Set<string>>();
  #day = 0;

  constructor({ callsPerSecond, peoplePerMinute, perUserDay }: LimitOptions) {
    this.#calls = new WindowCount(callsPerSecond, SECOND_MS);
    this.#people = new WindowCount(peoplePerMinute, MINUTE_MS);
    this.#userDays = new WindowCount(perUserDay, DAY_MS);
  }

  allowsCall(path: string, now: number): boolean {
    return this.#calls.allows(path, now);
  }

  /** The code of the limit that keeps a message from its user; nothing if it may go. */
  codeFor(userId: string, content: string, now: number): number | undefined {
    const day = this.#dayOf(now);
    const users = this.#contents.get(content) ?? new Set();
    if (users.has(userId)) return 143106;
    if (!this.#userDays.allows(`${day} ${userId}`, now)) return 143105;
    if (!this.#people.allows("app", now)) return 143103;
    users.add(userId);
    this.#contents.set(content, users);
    return undefined;
  }

  #dayOf(now: number): number {
    const day = Math.floor((now + BEIJING_OFFSET_MS) / DAY_MS);
    if (day !== this.#day) this.#contents.clear();
    this.#day = day;
    return day;
  }
}
