import { error } from "@sveltejs/kit";
import { m } from "#messages";
import { type Action, abilityOf, type Subject } from "./ability.ts";
import { type CreateSession, type Me, tidings } from "./api/client.ts";
import { ProblemError } from "./api/problem.ts";
import { setTimeZone } from "./format/time-zone.svelte.ts";

/** Who is signed in. One instance for the page's life: the console is rendered in the browser only. */
class Session {
  #me = $state.raw<Me>();
  #isOver = false;
  #ability = $derived(abilityOf(this.#me?.permissions ?? []));

  get me(): Me | undefined {
    return this.#me;
  }

  /** Asks the API once who is signed in; later calls answer from memory, until the session is over. */
  async load(): Promise<Me | undefined> {
    if (this.#me && !this.#isOver) return this.#me;
    try {
      return this.#enter(await tidings.getMe());
    } catch (failure) {
      if (failure instanceof ProblemError && failure.problem.status === 401) return undefined;
      throw failure;
    }
  }

  async signIn(credentials: CreateSession): Promise<Me> {
    return this.#enter(await tidings.createSession({ body: credentials }));
  }

  async signOut(): Promise<void> {
    await tidings.deleteSession();
    this.forget();
  }

  /** Works in another tenant of the same login. What is on the page belongs to the one before: load it anew. */
  async switchTenant(tenantId: string): Promise<void> {
    await tidings.switchTenant({ body: { tenantId } });
  }

  /** The API no longer knows this session. What is on the page stays for as long as the page does. */
  end(): void {
    this.#isOver = true;
  }

  forget(): void {
    this.#me = undefined;
  }

  can(action: Action, subject: Subject): boolean {
    return this.#ability.can(action, subject);
  }

  #enter(me: Me): Me {
    this.#me = me;
    this.#isOver = false;
    setTimeZone(me.tenant.timeZone);
    return me;
  }
}

export const session = new Session();

/** Whether the signed-in member may do this. Buttons and menu items that may not be used are not drawn. */
export function can(action: Action, subject: Subject): boolean {
  return session.can(action, subject);
}

/** Shows the 403 page unless allowed. First line of a page's `load`, after `await parent()`. */
export function authorize(action: Action, subject: Subject): void {
  if (!session.can(action, subject)) error(403, m.problem_forbidden());
}

/** Shows the 403 page to whoever does not run the installation. */
export function authorizeOperator(): void {
  if (!session.me?.isOperator) error(403, m.problem_forbidden());
}
