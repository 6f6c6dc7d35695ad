/**
 * Whose chunks go next.
 *
 * Inside a priority tenants take turns by deficit round robin over deliveries: whoever has a turn but not yet the
 * deficit for their next chunk gets a quantum and goes to the back of the line, so a chunk of 2,000 costs forty turns
 * and a single delivery one. Between two tenants that both wait all the time, what they got differs by less than a
 * quantum and the largest chunk. A tenant alone gets everything: nothing is held back for those who do not wait.
 *
 * Priority 1 goes before 2 before 3, but every delivery that passes a waiting class earns that class a twentieth of a
 * delivery; a class that has earned something takes the next turn and pays for it. So the lower classes together get
 * about a tenth of what is sent while higher ones never end, and wait at most for twenty times their own last chunk.
 *
 * What is remembered between calls is lost with the process. That costs a tenant at most one turn.
 */

export interface WaitingChunk {
  id: string;
  deliveryCount: number;
  dueAtMs: number;
}

/** Due chunks of one tenant, priority and channel, in the order they became due. */
export interface Lane {
  tenantId: string;
  channelId: string;
  priority: number;
  /** The channel is on trial: one chunk may go, as its probe. */
  isProbe: boolean;
  chunks: WaitingChunk[];
}

/** What is claimed already. */
export interface InFlight {
  tenantId: string;
  channelId: string;
  chunkCount: number;
  deliveryCount: number;
}

/** Deliveries that may be claimed at once; with 0 none are. A chunk that is larger still goes, alone. */
export interface InFlightLimits {
  perTenant: number;
  perChannel: number;
  /** Of everybody together. */
  inAll: number;
}

/**
 * Chunks that may be claimed at once. A vendor may keep small ones for minutes that are as few deliveries as a large one;
 * a tenant's leave room for everybody else's.
 */
export const CHUNKS_PER_TENANT = 1_024;
export const CHUNKS_IN_ALL = 4_096;

/** For few people: it takes no worker from others that is worth speaking of. */
const SMALL_DELIVERIES = 100;
/** By what part of a tenant's and a channel's limit small chunks may pass it. */
const SHARE_FOR_SMALL = 1 / 24;

export interface ChosenChunk {
  id: string;
  tenantId: string;
  channelId: string;
  isProbe: boolean;
}

export interface Choice {
  chunks: ChosenChunk[];
  /** Something due was left because of the room or a limit: worth another round as soon as a chunk ends. */
  isMoreWaiting: boolean;
}

export const QUANTUM = 50;
/** What a class earns for each delivery that passes it. */
export const PASSED_SHARE = 1 / 20;

interface Pick {
  lane: Lane;
  chunk: WaitingChunk;
}

/** Tenants of one priority in their order, with what each may still send before the next turn. */
interface PriorityClass {
  turns: string[];
  deficits: Map<string, number>;
  /** What passing deliveries have earned the class; below zero while it pays for a turn. */
  earned: number;
}

/** Deliveries of a tenant through some channels, as many through each. */
export interface Newcomer {
  tenantId: string;
  channelIds: readonly string[];
  deliveriesEach: number;
}

export class FairShare {
  readonly #classes = new Map<number, PriorityClass>();
  readonly #limits: InFlightLimits;
  #last: Round | undefined;

  constructor(limits: InFlightLimits) {
    this.#limits = limits;
  }

  /** Chooses at most `room` chunks. Lanes hold everything that is due, or `room` chunks of it each. */
  choose(lanes: readonly Lane[], inFlight: readonly InFlight[], room: number): Choice {
    const round = new Round(lanes, inFlight, this.#limits);
    const priorities = [...new Set(lanes.map(({ priority }) => priority))].sort((a, b) => a - b);
    for (const priority of priorities) this.#enter(priority, round);
    const chunks: ChosenChunk[] = [];
    while (chunks.length < room) {
      const pick = this.#next(priorities, round);
      if (!pick) break;
      round.take(pick);
      const { tenantId, channelId, isProbe } = pick.lane;
      chunks.push({ id: pick.chunk.id, tenantId, channelId, isProbe });
    }
    this.#last = round;
    return { chunks, isMoreWaiting: round.hasMore() };
  }

  /**
   * Takes room for somebody who has just come, by what the last choice left of the limits; false when there is none, or
   * when others were left waiting, whose turn is before.
   */
  letThrough(newcomer: Newcomer): boolean {
    const round = this.#last;
    return round !== undefined && !round.hasMore() && round.takeUnlisted(newcomer);
  }

  /** Brings the turns of a class up to date: who waits no more loses the place, who is new stands at the back. */
  #enter(priority: number, round: Round): void {
    const known = this.#classes.get(priority) ?? { turns: [], deficits: new Map(), earned: 0 };
    const waiting = round.tenantsOf(priority);
    const turns = known.turns.filter((tenantId) => waiting.has(tenantId));
    for (const tenantId of waiting) if (!known.deficits.has(tenantId)) turns.push(tenantId);
    const deficits = new Map(turns.map((tenantId) => [tenantId, known.deficits.get(tenantId) ?? QUANTUM]));
    this.#classes.set(priority, { turns, deficits, earned: known.earned });
  }

  #next(priorities: number[], round: Round): Pick | undefined {
    const owed = priorities.filter((priority) => (this.#classes.get(priority)?.earned ?? 0) > 0).reverse();
    for (const priority of [...owed, ...priorities]) {
      const pick = this.#nextOf(priority, round);
      if (!pick) continue;
      this.#account(priorities, priority, pick.chunk.deliveryCount, round);
      return pick;
    }
    return undefined;
  }

  /** The class that had the turn pays, where it has earned; the waiting ones below it earn. */
  #account(priorities: number[], served: number, deliveryCount: number, round: Round): void {
    const own = this.#classes.get(served);
    if (own && own.earned > 0 && served !== priorities[0]) own.earned -= deliveryCount;
    for (const priority of priorities) {
      const passed = this.#classes.get(priority);
      if (!passed || priority <= served) continue;
      const waits = passed.turns.some((tenantId) => round.headOf(tenantId, priority));
      if (waits && passed.earned <= 0) passed.earned += deliveryCount * PASSED_SHARE;
    }
  }

  #nextOf(priority: number, round: Round): Pick | undefined {
    const line = this.#classes.get(priority);
    if (!line) return undefined;
    for (;;) {
      const lap = goRound(line, (tenantId) => round.headOf(tenantId, priority));
      if ("lane" in lap) return lap;
      if (lap.turnsMissing === Number.POSITIVE_INFINITY) return undefined;
      // Nobody could pay: as many whole turns at once as the first of them needs.
      for (const tenantId of lap.waiting) add(line, tenantId, lap.turnsMissing * QUANTUM);
    }
  }
}

/** Who waits after a whole lap in which nobody could pay, and how many turns the first of them is short of. */
interface IdleLap {
  waiting: string[];
  turnsMissing: number;
}

/** Visits each tenant once: the first who can pay has the pick, the others get a quantum and go to the back. */
function goRound(line: PriorityClass, headOf: (tenantId: string) => Pick | undefined): Pick | IdleLap {
  const lap: IdleLap = { waiting: [], turnsMissing: Number.POSITIVE_INFINITY };
  for (const tenantId of [...line.turns]) {
    const head = headOf(tenantId);
    if (head) {
      const missing = head.chunk.deliveryCount - (line.deficits.get(tenantId) ?? 0);
      if (missing <= 0) {
        add(line, tenantId, -head.chunk.deliveryCount);
        return head;
      }
      add(line, tenantId, QUANTUM);
      lap.waiting.push(tenantId);
      lap.turnsMissing = Math.min(lap.turnsMissing, Math.ceil(Math.max(0, missing - QUANTUM) / QUANTUM));
    }
    line.turns.push(line.turns.shift() as string);
  }
  return lap;
}

const add = (line: PriorityClass, tenantId: string, amount: number) =>
  line.deficits.set(tenantId, (line.deficits.get(tenantId) ?? 0) + amount);

/** What is left to choose from in one round, and how much of the limits is used. */
class Round {
  readonly #lanes = new Map<string, Lane[]>();
  readonly #tenants = new Map<number, Set<string>>();
  readonly #used = new Map<string, number>();
  readonly #usedChunks = new Map<string, number>();
  readonly #next = new Map<Lane, number>();
  readonly #probed = new Set<string>();
  readonly #limits: InFlightLimits;

  constructor(lanes: readonly Lane[], inFlight: readonly InFlight[], limits: InFlightLimits) {
    this.#limits = limits;
    for (const lane of lanes) {
      const key = keyOf(lane.tenantId, lane.priority);
      this.#lanes.set(key, [...(this.#lanes.get(key) ?? []), lane]);
      const tenants = this.#tenants.get(lane.priority) ?? new Set();
      this.#tenants.set(lane.priority, tenants.add(lane.tenantId));
    }
    for (const { tenantId, channelId, chunkCount, deliveryCount } of inFlight) {
      this.#use(tenantId, channelId, deliveryCount, chunkCount);
    }
  }

  tenantsOf(priority: number): ReadonlySet<string> {
    return this.#tenants.get(priority) ?? new Set();
  }

  /** The tenant's chunk that has been due longest, of those that may go. */
  headOf(tenantId: string, priority: number): Pick | undefined {
    let head: Pick | undefined;
    for (const lane of this.#lanes.get(keyOf(tenantId, priority)) ?? []) {
      const chunk = this.#waitingOf(lane);
      if (!chunk || !this.#mayGo(lane, chunk)) continue;
      if (!head || chunk.dueAtMs < head.chunk.dueAtMs) head = { lane, chunk };
    }
    return head;
  }

  take({ lane, chunk }: Pick): void {
    this.#next.set(lane, (this.#next.get(lane) ?? 0) + 1);
    if (lane.isProbe) this.#probed.add(lane.channelId);
    this.#use(lane.tenantId, lane.channelId, chunk.deliveryCount);
  }

  /** Takes room for what is in no lane, unless a limit would be passed. */
  takeUnlisted({ tenantId, channelIds, deliveriesEach }: Newcomer): boolean {
    const parts: [string, number, number][] = [
      [EVERYBODY, channelIds.length * deliveriesEach, this.#limits.inAll],
      [tenantId, channelIds.length * deliveriesEach, this.#limits.perTenant],
      ...channelIds.map((id): [string, number, number] => [id, deliveriesEach, this.#limits.perChannel]),
    ];
    if (!this.#hasChunksFor(tenantId, channelIds.length)) return false;
    if (!parts.every(([key, more, limit]) => fits(this.#used.get(key) ?? 0, more, limit))) return false;
    for (const channelId of channelIds) this.#use(tenantId, channelId, deliveriesEach);
    return true;
  }

  hasMore(): boolean {
    return [...this.#lanes.values()].flat().some((lane) => !lane.isProbe && this.#waitingOf(lane));
  }

  #waitingOf(lane: Lane): WaitingChunk | undefined {
    return lane.chunks[this.#next.get(lane) ?? 0];
  }

  #mayGo(lane: Lane, { deliveryCount }: WaitingChunk): boolean {
    if (lane.isProbe && this.#probed.has(lane.channelId)) return false;
    return (
      this.#hasChunksFor(lane.tenantId, 1) &&
      fits(this.#used.get(EVERYBODY) ?? 0, deliveryCount, this.#limits.inAll) &&
      fitsBeside(this.#used.get(lane.tenantId) ?? 0, deliveryCount, this.#limits.perTenant) &&
      fitsBeside(this.#used.get(lane.channelId) ?? 0, deliveryCount, this.#limits.perChannel)
    );
  }

  #hasChunksFor(tenantId: string, more: number): boolean {
    return (
      (this.#usedChunks.get(EVERYBODY) ?? 0) + more <= CHUNKS_IN_ALL &&
      (this.#usedChunks.get(tenantId) ?? 0) + more <= CHUNKS_PER_TENANT
    );
  }

  #use(tenantId: string, channelId: string, deliveryCount: number, chunkCount = 1): void {
    for (const key of [EVERYBODY, tenantId, channelId]) {
      this.#used.set(key, (this.#used.get(key) ?? 0) + deliveryCount);
      this.#usedChunks.set(key, (this.#usedChunks.get(key) ?? 0) + chunkCount);
    }
  }
}

const EVERYBODY = "*";

const keyOf = (tenantId: string, priority: number) => `${tenantId} ${priority}`;

const fits = (used: number, more: number, limit: number) => limit > 0 && (used === 0 || used + more <= limit);

/** The same with room beside large chunks for small ones: a login code does not wait for the end of a newsletter. */
const fitsBeside = (used: number, more: number, limit: number) =>
  fits(used, more, more <= SMALL_DELIVERIES ? limit + Math.floor(limit * SHARE_FOR_SMALL) : limit);
