import type { CallOptions } from "./caller.ts";
import { CANARY, type CanarySchool } from "./canary.ts";
import type { School } from "./school.ts";

/** Keeps what a caller heard in answers and headers, and what it has said itself. */
export class Listener {
  #heard: string[] = [];
  #said = "";

  listen<Call extends School["owner"]>(call: Call): Call {
    const listening = async (method: string, path: string, body?: unknown, options?: CallOptions) => {
      this.#said += ` ${decodeURIComponent(path)} ${JSON.stringify(body)} ${JSON.stringify(options)}`;
      const answer = await call(method, path, body, options);
      this.#heard.push(`${answer.text} ${JSON.stringify([...answer.headers])}`);
      return answer;
    };
    return listening as Call;
  }

  get heardCount(): number {
    return this.#heard.length;
  }

  /** The words that were heard without having been said before. */
  learned(words: readonly string[]): string[] {
    return words.filter(
      (word) => !this.#said.includes(word) && this.#heard.some((text) => text.includes(word)),
    );
  }

  /** Everything heard that matches, unless it was said. */
  learnedLike(pattern: RegExp): string[] {
    const heard = new Set(this.#heard.flatMap((text) => text.match(pattern) ?? []));
    return this.learned([...heard]);
  }
}

const CANARY_WORDS = new RegExp(`${CANARY}[\\w@.-]*\\w`, "g");

/** Texts and ids of the school that the listener heard without having said them. */
export function learnedAbout(school: CanarySchool, listener: Listener): string[] {
  const ids = Object.values(school.ids).filter((id) => /^[a-z]{3}_/.test(id));
  const people = [school.phone, ...Object.values(school.emails)];
  const words = [...people, ...Object.values(school.roleIds), ...ids, school.tenantId];
  return [...listener.learnedLike(CANARY_WORDS), ...listener.learned(words)];
}
