/** The most calls of each operation in a second, and what holds for operations without a figure of their own. */
export interface CallLimits {
  SendSms: number;
  PullSmsSendStatusByPhoneNumber: number;
  other: number;
}

export const VENDOR_CALL_LIMITS: CallLimits = {
  SendSms: 3000,
  PullSmsSendStatusByPhoneNumber: 20,
  other: 20,
};

/** Counts calls of each operation within the second. */
export class RateLimit {
  readonly #limits: CallLimits;
  readonly #counts = new Map<string, number>();
  #second = 0;

  constructor(limits: CallLimits) {
    this.#limits = limits;
  }

  allows(action: string, now: number): boolean {
    const second = Math.floor(now / 1000);
    if (second !== this.#second) this.#counts.clear();
    this.#second = second;
    const name = Object.hasOwn(this.#limits, action) ? (action as keyof CallLimits) : "other";
    const count = (this.#counts.get(name) ?? 0) + 1;
    this.#counts.set(name, count);
    return count <= this.#limits[name];
  }
}

/** The most messages that one number gets; the vendor's customers set theirs in its console. */
export interface NumberLimits {
  thirtySeconds?: number;
  hour?: number;
  day?: number;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Counts what each number got, and says with the vendor's code when it had enough. */
export class NumberGuard {
  readonly #windows: { ms: number; most: number; code: string }[];
  readonly #sentAt = new Map<string, number[]>();

  constructor({ thirtySeconds, hour, day }: NumberLimits) {
    this.#windows = [
      { ms: 30_000, most: thirtySeconds, code: "LimitExceeded.PhoneNumberThirtySecondLimit" },
      { ms: HOUR_MS, most: hour, code: "LimitExceeded.PhoneNumberOneHourLimit" },
      { ms: DAY_MS, most: day, code: "LimitExceeded.PhoneNumberDailyLimit" },
    ].flatMap(({ most, ...window }) => (most === undefined ? [] : [{ ...window, most }]));
  }

  /** Counts a message, or answers why the number may not get it. */
  refuse(number: string, now: number): string | undefined {
    if (this.#windows.length === 0) return undefined;
    const recent = (this.#sentAt.get(number) ?? []).filter((at) => now - at < DAY_MS);
    const full = this.#windows.find(({ ms, most }) => recent.filter((at) => now - at < ms).length >= most);
    if (!full) this.#sentAt.set(number, [...recent, now]);
    return full?.code;
  }
}
