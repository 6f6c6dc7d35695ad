import type { ReceiptEvent } from "@tidings/sdk/plugin";
import type { Database, Transact } from "../../platform/database/index.ts";
import type { Logger } from "../../platform/logger.ts";
import { NaturalBatcher } from "../../platform/natural-batcher.ts";
import { createRecentAnswers } from "../../platform/recent-answers.ts";
import { keepAndApply, neededVariables, valuesFor } from "../deliveries/index.ts";
import { findLink, PIXEL_NAME } from "../templates/index.ts";
import { deliveryKeyOf, eventIdOf, type Tracked, type TrackedAddresses } from "./tracked-address.rules.ts";
import { findPlaces, findSaid, type Place } from "./tracking.repository.ts";

export interface FollowAddressDeps {
  /** Finds a delivery's tenant, which is not known yet. */
  database: Database;
  transact: Transact;
  addresses: Pick<TrackedAddresses, "read">;
  logger: Logger;
  now(): Date;
}

/** What becomes of a request for a tracked address. */
export type Followed =
  | { outcome: "redirect"; url: string }
  | { outcome: "pixel" | "unknown" | "busy" | "down" };

/** Requests under way at once; beyond that they are asked to come back. */
const MAX_UNDER_WAY = 1_000;
/** What was asked for just now is not read or written again. */
const REMEMBERED_MS = 10_000;
const MAX_REMEMBERED = 5_000;
const MAX_DETAIL_CHARACTERS = 500;

/**
 * Answers a tracked address: what was opened or clicked goes the way of a vendor's receipt, many in one transaction,
 * and the reader goes on to exactly the URL that the message holds. That something could not be written down keeps
 * nobody from getting there.
 */
export function createFollowAddress(deps: FollowAddressDeps) {
  const places = new NaturalBatcher<string, Place | undefined>({
    flush: async (keys) => {
      const found = await deps.database.transaction((tx) => findPlaces(tx, keys));
      return keys.map((key) => found.get(key));
    },
    triesSingly: false,
  });
  const receipts = new NaturalBatcher<PlacedEvent, undefined>({
    flush: (events) => keep(deps, events),
    triesSingly: false,
  });
  const remember = <T>() =>
    createRecentAnswers<T>({
      ttlMs: REMEMBERED_MS,
      maxEntries: MAX_REMEMBERED,
      monotonicMs: () => performance.now(),
    });
  const targets = remember<Target | undefined>();
  const kept = remember<undefined>();
  let underWay = 0;

  async function find(tracked: Tracked): Promise<Target | undefined> {
    const key = deliveryKeyOf(tracked);
    const place = await places.add(key);
    if (!place) return undefined;
    if (isPixel(tracked)) return { place };
    const url = await findUrl(deps, place, key, tracked);
    return url === undefined ? undefined : { place, url };
  }

  async function tell(tracked: Tracked, { place, url }: Target): Promise<void> {
    const event = toEvent(tracked, url, deps.now());
    await kept
      .get(event.eventId, () => receipts.add({ ...place, event }))
      .catch((error: unknown) => deps.logger.warn({ err: error }, "an open or click was not written down"));
  }

  async function follow(tracked: Tracked, counts: boolean): Promise<Followed> {
    const target = await targets.get(addressKeyOf(tracked), () => find(tracked));
    if (!target) return { outcome: isPixel(tracked) ? "pixel" : "unknown" };
    if (counts) await tell(tracked, target);
    return target.url === undefined ? { outcome: "pixel" } : { outcome: "redirect", url: target.url };
  }

  return async function followAddress(path: string, counts: boolean): Promise<Followed> {
    const tracked = deps.addresses.read(path);
    if (!tracked) return { outcome: "unknown" };
    if (underWay >= MAX_UNDER_WAY) return { outcome: "busy" };
    underWay++;
    try {
      return await follow(tracked, counts);
    } catch (error) {
      deps.logger.warn({ err: error }, "a tracked address could not be followed");
      return { outcome: isPixel(tracked) ? "pixel" : "down" };
    } finally {
      underWay--;
    }
  };
}

export type FollowAddress = ReturnType<typeof createFollowAddress>;

/** Where an address leads: the pixel leads nowhere. */
interface Target {
  place: Place;
  url?: string;
}

interface PlacedEvent extends Place {
  event: ReceiptEvent;
}

const isPixel = ({ name }: Tracked) => PIXEL_NAME.equals(name);

const addressKeyOf = ({ deliveryId, name, carried }: Tracked) =>
  `${deliveryId} ${name.toString("hex")} ${JSON.stringify(carried)}`;

async function findUrl(
  { transact }: FollowAddressDeps,
  place: Place,
  key: string,
  { name, carried }: Tracked,
): Promise<string | undefined> {
  const said = await transact(place, (tx) => findSaid(tx, place.tenantId, key));
  const link = said && findLink(said.renderings, name);
  if (!link) return undefined;
  const needed = neededVariables(link.variables, said.variableSchema);
  const { variables } = valuesFor({ needed, variables: said.variables }, [
    key,
    "",
    said.rowVariables,
    null,
    null,
    null,
  ]);
  return link.urlFor({ ...variables, ...carried });
}

function toEvent(tracked: Tracked, url: string | undefined, at: Date): ReceiptEvent {
  const type = url === undefined ? "read" : "clicked";
  return {
    eventId: eventIdOf(tracked, type),
    type,
    ref: tracked.deliveryId,
    at: at.getTime(),
    code: url === undefined ? "tracked_open" : "tracked_click",
    ...(url === undefined ? {} : { detail: url.slice(0, MAX_DETAIL_CHARACTERS) }),
  };
}

/** One transaction for each channel that something happened on; none waits for, or fails with, another. */
async function keep({ transact }: FollowAddressDeps, placed: PlacedEvent[]): Promise<undefined[]> {
  const byChannel = new Map<string, { tenantId: string; events: ReceiptEvent[] }>();
  for (const { tenantId, channelId, event } of placed) {
    const known = byChannel.get(channelId);
    if (known) known.events.push(event);
    else byChannel.set(channelId, { tenantId, events: [event] });
  }
  const writes = [...byChannel].map(([channelId, { tenantId, events }]) =>
    transact({ tenantId }, (tx) => keepAndApply(tx, tenantId, channelId, events, "own")),
  );
  const failed = (await Promise.allSettled(writes)).find(({ status }) => status === "rejected");
  if (failed?.status === "rejected") throw failed.reason;
  return placed.map(() => undefined);
}
