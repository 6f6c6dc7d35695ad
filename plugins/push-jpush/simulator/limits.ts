/** The most calls of each interface in a minute. */
export interface CallLimits {
  push: number;
  report: number;
}

/** Of free apps: https://docs.jiguang.cn/jpush/server/push/server_overview */
export const VENDOR_CALL_LIMITS: CallLimits = { push: 600, report: 2400 };

const WINDOW_MS = 60_000;

/** Where an app stands in the current minute. */
export interface Standing {
  isAllowed: boolean;
  headers: Record<string, string>;
}

/** Counts the app's calls of each interface within the minute. */
export class RateLimit {
  readonly #limits: CallLimits;
  readonly #counts = { push: 0, report: 0 };
  #window = 0;

  constructor(limits: CallLimits) {
    this.#limits = limits;
  }

  count(api: keyof CallLimits, now: number): Standing {
    const window = Math.floor(now / WINDOW_MS);
    if (window !== this.#window) this.#counts.push = this.#counts.report = 0;
    this.#window = window;
    this.#counts[api] += 1;
    const left = this.#limits[api] - this.#counts[api];
    return {
      isAllowed: left >= 0,
      headers: {
        "x-rate-limit-limit": String(this.#limits[api]),
        "x-rate-limit-remaining": String(Math.max(left, 0)),
        "x-rate-limit-reset": String(Math.ceil(((window + 1) * WINDOW_MS - now) / 1000)),
      },
    };
  }
}
