import { readEvents } from "./event-reader.ts";
import type { Snapshot } from "./inbox.rules.ts";
import type { InboxClient } from "./inbox-client.ts";

export interface FeedOptions {
  client: Pick<InboxClient, "openEvents" | "readSnapshot">;
  onSnapshot(snapshot: Snapshot): void;
  onFailure(error: unknown): void;
}

/** The server says something every 15 seconds; a stream that is silent for longer is held back on its way. */
const SILENCE_MS = 45_000;
/** A stream that has ended as it should is opened again after this. */
const AGAIN_MS = 1_000;
/** Where no stream gets through, the inbox is asked for this often; every tenth time a stream is tried again. */
const POLL_MS = 30_000;
const POLLS_A_TRY = 10;
/** Failures in a row after which no stream is expected to get through. */
const MAX_FAILURES = 2;

/** Follows an inbox: by a stream, or by asking where that does not work. Runs until the signal ends it. */
export async function followInbox(options: FeedOptions, signal: AbortSignal): Promise<void> {
  const position: { lastEventId: string | undefined } = { lastEventId: undefined };
  let failureCount = 0;
  while (!signal.aborted) {
    const hasWorked = await hasStreamed(options, position, signal);
    failureCount = hasWorked ? 0 : failureCount + 1;
    if (hasWorked || signal.aborted) await pause(AGAIN_MS, signal);
    else if (failureCount <= MAX_FAILURES) await pollFor(options, 1, AGAIN_MS * 2 ** failureCount, signal);
    else await pollFor(options, POLLS_A_TRY, POLL_MS, signal);
  }
}

/** Whether a stream told anything before it ended. */
async function hasStreamed(
  { client, onSnapshot, onFailure }: FeedOptions,
  position: { lastEventId: string | undefined },
  signal: AbortSignal,
): Promise<boolean> {
  const silence = new AbortController();
  let timer = setTimeout(() => silence.abort(), SILENCE_MS);
  let hasTold = false;
  try {
    const body = await client.openEvents(position.lastEventId, AbortSignal.any([signal, silence.signal]));
    const events = readEvents(body, () => {
      hasTold = true;
      clearTimeout(timer);
      timer = setTimeout(() => silence.abort(), SILENCE_MS);
    });
    for await (const { id, event, data } of events) {
      position.lastEventId = id;
      if (event === "inbox") onSnapshot(JSON.parse(data));
    }
  } catch (error) {
    if (!signal.aborted && !hasTold) onFailure(error);
  } finally {
    clearTimeout(timer);
  }
  return hasTold;
}

async function pollFor(
  { client, onSnapshot, onFailure }: FeedOptions,
  count: number,
  pauseMs: number,
  signal: AbortSignal,
): Promise<void> {
  for (let round = 0; round < count && !signal.aborted; round++) {
    await client.readSnapshot().then(onSnapshot, onFailure);
    await pause(pauseMs, signal);
  }
}

/** Waits, at most until the signal ends it. */
async function pause(pauseMs: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, pauseMs);
    signal.addEventListener("abort", end);
  });
}
