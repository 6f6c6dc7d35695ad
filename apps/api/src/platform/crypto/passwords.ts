import { hash, verify } from "@node-rs/argon2";
import { tooManyRequests } from "../errors.ts";

/** OWASP's argon2id setting: 19 MiB, two passes, one lane. */
const OPTIONS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };
const MOST_AT_ONCE = 2;
const MOST_WAITING = 100;

let free = MOST_AT_ONCE;
const waiting: (() => void)[] = [];

/** Hashing is heavy on purpose; more than two at once would starve the requests beside it. */
async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (free > 0) free--;
  else if (waiting.length < MOST_WAITING) await new Promise<void>((resolve) => waiting.push(resolve));
  else
    throw tooManyRequests("Too many sign-ins at the moment. Please try again shortly.", {
      headers: { "retry-after": "5" },
    });
  try {
    return await work();
  } finally {
    // The place goes to the one who waited longest, without a moment in which a newcomer could take it.
    const next = waiting.shift();
    if (next) next();
    else free++;
  }
}

export const hashPassword = (password: string): Promise<string> => inTurn(() => hash(password, OPTIONS));

export const verifyPassword = (passwordHash: string, password: string): Promise<boolean> =>
  inTurn(() => verify(passwordHash, password));
