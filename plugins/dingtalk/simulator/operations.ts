import { answerOk, refuse, refuseAtGateway, type VendorAnswer } from "./answers.ts";
import { membershipOf, type VendorApp } from "./app.ts";
import { readContent } from "./content.ts";
import type { NoticeInbox, SimulatedNotice } from "./inbox.ts";
import type { Limits } from "./limits.ts";

const MAX_USERS = 100;
/** How long the vendor tells the results of a call, and takes it back. */
const TASK_WINDOW_MS = 24 * 3_600_000;
const PROTECTED_CODE = 1_430_004;
const FIRST_TASK_ID = 250_000_000_000;

type Fields = Record<string, unknown>;

/** The app's side of the vendor: sending, results and taking back. */
export class Operations {
  readonly #app: VendorApp;
  readonly #inbox: NoticeInbox;
  readonly #limits: Limits;
  readonly #resultDelayMs: () => number;
  #taskCount = 0;

  constructor(app: VendorApp, inbox: NoticeInbox, limits: Limits, resultDelayMs: () => number) {
    this.#app = app;
    this.#inbox = inbox;
    this.#limits = limits;
    this.#resultDelayMs = resultDelayMs;
  }

  /** Takes a call, whatever becomes of its users: this is told by `getResult`. */
  send({ agent_id: agentId, userid_list: list, msg }: Fields, now: number): VendorAnswer {
    if (agentId !== this.#app.agentId) return refuseAtGateway(40056);
    const users = [...new Set(typeof list === "string" ? list.split(",").filter(Boolean) : [])];
    if (users.length === 0) return refuse(40031);
    if (users.length > MAX_USERS) return refuse(40032);
    const content = readContent(msg);
    if (typeof content === "number") return refuse(content);
    this.#taskCount += 1;
    const taskId = FIRST_TASK_ID + this.#taskCount;
    const base = { ...content, taskId, msgtype: String((msg as Fields).msgtype), at: now };
    const key = JSON.stringify(msg);
    this.#inbox.add(users.map((to): SimulatedNotice => ({ ...base, to, ...this.#fateOf(to, key, now) })));
    return answerOk({ task_id: taskId });
  }

  getResult({ agent_id: agentId, task_id: taskId }: Fields, now: number): VendorAnswer {
    const notices = this.#findTask(agentId, taskId, now);
    if (typeof notices === "number") return refuseAtGateway(notices);
    const isReady = notices.every(({ at }) => now - at >= this.#resultDelayMs());
    const of = (state: string) =>
      isReady ? notices.filter((notice) => notice.state === state).map(({ to }) => to) : [];
    const dropped = isReady ? notices.filter(({ state }) => state === "dropped") : [];
    return answerOk({
      send_result: {
        invalid_user_id_list: of("invalid"),
        forbidden_user_id_list: of("dropped"),
        failed_user_id_list: of("failed"),
        read_user_id_list: of("read"),
        unread_user_id_list: of("arrived"),
        invalid_dept_id_list: [],
        forbidden_list: dropped.map(({ to, code }) => ({ code: String(code), count: 1, userid: to })),
      },
    });
  }

  recall({ agent_id: agentId, msg_task_id: taskId }: Fields, now: number): VendorAnswer {
    const notices = this.#findTask(agentId, taskId, now);
    if (typeof notices === "number") return refuseAtGateway(notices);
    for (const notice of notices) {
      if (notice.state === "arrived" || notice.state === "read") notice.state = "recalled";
    }
    return answerOk();
  }

  #findTask(agentId: unknown, taskId: unknown, now: number): SimulatedNotice[] | number {
    if (agentId !== this.#app.agentId) return 40056;
    const notices = this.#inbox.listOf(Number(taskId));
    const [first] = notices;
    return first && now - first.at <= TASK_WINDOW_MS ? notices : 40035;
  }

  #fateOf(userId: string, content: string, now: number): Pick<SimulatedNotice, "state" | "code"> {
    const membership = membershipOf(userId);
    if (membership === "unknown") return { state: "invalid" };
    if (membership === "failing") return { state: "failed" };
    if (membership === "protected") return { state: "dropped", code: PROTECTED_CODE };
    const code = this.#limits.codeFor(userId, content, now);
    return code === undefined ? { state: "arrived" } : { state: "dropped", code };
  }
}
