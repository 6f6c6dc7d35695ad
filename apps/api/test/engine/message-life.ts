/*
 * What should become of a message, told without a database: the state machine that the tests of `message-life.test.ts`
 * hold the installation to. Seconds count from the beginning of a run; what the workers do happens in rounds.
 */
export type LifeState =
  | "pending_approval"
  | "rejected"
  | "scheduled"
  | "expanding"
  | "sending"
  | "paused"
  | "completed"
  | "cancelled"
  | "expired";

export interface Wish {
  /** Named one by one, or by a tag. */
  audience: "users" | "tags";
  isStrict: boolean;
  inSeconds: number | null;
  ttlSeconds: number | null;
}

export interface Life extends Wish {
  state: LifeState;
  pausedFrom: LifeState | null;
  scheduledAt: number | null;
  expiresAt: number | null;
}

export interface Model {
  now: number;
  lives: Life[];
}

/** An action's outcome: it is done, or refused with this problem and changes nothing. */
export type Verdict = "done" | string;

export function begin(model: Model, wish: Wish): Life {
  const scheduledAt = wish.inSeconds === null ? null : model.now + wish.inSeconds;
  const state = firstState(wish);
  const life = {
    ...wish,
    state,
    pausedFrom: null,
    scheduledAt,
    expiresAt: expiry(wish, scheduledAt ?? model.now),
  };
  model.lives.push(life);
  return life;
}

const firstState = ({ isStrict, inSeconds }: Wish): LifeState => {
  if (isStrict) return "pending_approval";
  return inSeconds === null ? "expanding" : "scheduled";
};

const expiry = ({ ttlSeconds }: Wish, from: number) => (ttlSeconds === null ? null : from + ttlSeconds);

export function pause(life: Life): Verdict {
  if (!["scheduled", "expanding", "sending"].includes(life.state)) return "message-not-pausable";
  Object.assign(life, { state: "paused", pausedFrom: life.state });
  return "done";
}

export function resume(life: Life): Verdict {
  if (life.state !== "paused") return "message-not-paused";
  Object.assign(life, { state: life.pausedFrom, pausedFrom: null });
  return "done";
}

export function cancel(life: Life): Verdict {
  const isOver = ["completed", "cancelled", "expired", "rejected"].includes(life.state);
  if (isOver) return "message-not-cancellable";
  Object.assign(life, { state: "cancelled", pausedFrom: null });
  return "done";
}

export function reschedule(model: Model, life: Life, inSeconds: number): Verdict {
  if ((life.pausedFrom ?? life.state) !== "scheduled") return "message-not-scheduled";
  life.scheduledAt = model.now + inSeconds;
  life.expiresAt = expiry(life, life.scheduledAt);
  return "done";
}

export function decide(model: Model, life: Life, decision: "approve" | "reject"): Verdict {
  if (life.state !== "pending_approval") return "already-decided";
  if (decision === "reject") life.state = "rejected";
  else if (isDue(model, life)) life.state = "expired";
  else life.state = life.scheduledAt === null ? "expanding" : "scheduled";
  return "done";
}

/** The expander has made all deliveries, and nobody has sent any. */
export function expandRound(model: Model): void {
  for (const life of model.lives) if (life.state === "expanding") life.state = "sending";
}

/** The workers have done everything that there was to do. */
export function workRound(model: Model): void {
  for (const life of model.lives) {
    if (isDue(model, life)) {
      const isOver = life.expiresAt !== null && life.expiresAt <= model.now;
      const begins = life.state === "scheduled" && !isOver;
      Object.assign(life, { state: begins ? "expanding" : "expired", pausedFrom: null });
    }
    if (life.state === "expanding" || life.state === "sending") life.state = "completed";
  }
}

function isDue({ now }: Model, { state, scheduledAt, expiresAt }: Life): boolean {
  if (state === "scheduled") return scheduledAt !== null && scheduledAt <= now;
  if (state === "pending_approval") return (scheduledAt ?? expiresAt ?? now + 1) <= now;
  return ["expanding", "sending", "paused"].includes(state) && expiresAt !== null && expiresAt <= now;
}
