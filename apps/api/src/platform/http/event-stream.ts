/** What sends events to one listener. */
export interface EventSink {
  /**
   * Sends an event; one that could not be sent yet is replaced, so a slow listener gets the latest. Who comes back
   * names the `id` of the last one.
   */
  send(event: string, data: unknown, id?: string): void;
  /** Ends the stream behind what still has to be sent. */
  end(): void;
}

/** Starts to send; the returned function is called once the stream is over, whoever has ended it. */
export type StartEvents = (sink: EventSink) => () => void;

/** Proxies cut connections on which nothing is said; most after a minute, the strict ones after half of it. */
const HEARTBEAT_MS = 15_000;
/** Then the listener has to come back with its credential, which may have been taken away meanwhile. */
const MAX_LENGTH_MS = 10 * 60_000;
/** How long a browser waits before it comes back. */
const RETRY_MS = 3_000;

const encoder = new TextEncoder();

export interface EventStreamOptions {
  /** When the credential ends, and the stream with it. */
  until?: Date;
}

/**
 * An answer of server-sent events. Throws what `start` throws. Nothing is buffered but the latest event, however slowly
 * the listener takes them.
 */
export function eventStream(
  request: Pick<Request, "method">,
  start: StartEvents,
  { until }: EventStreamOptions = {},
): Response {
  const lengthMs = Math.min(MAX_LENGTH_MS, (until?.getTime() ?? Number.POSITIVE_INFINITY) - Date.now());
  return new Response(request.method === "HEAD" ? null : eventBody(start, lengthMs), {
    headers: {
      "content-type": "text/event-stream; charset=utf-8",
      "cache-control": "no-store, no-transform",
      // nginx would hold events back until its buffer is full.
      "x-accel-buffering": "no",
    },
  });
}

function eventBody(start: StartEvents, lengthMs: number): ReadableStream<Uint8Array> {
  let controller: ReadableStreamDefaultController<Uint8Array>;
  let waiting = "";
  let isOver = false;
  let stop = () => {};

  function write(): void {
    if (waiting === "" || (controller.desiredSize ?? 0) <= 0) return;
    const text = waiting;
    // Taking a part may ask for the next one at once, and lead back here.
    waiting = "";
    controller.enqueue(encoder.encode(text));
    if (isOver) controller.close();
  }

  function end(): void {
    if (isOver) return;
    isOver = true;
    stop();
    if (waiting === "") controller.close();
  }

  return new ReadableStream<Uint8Array>({
    start(own) {
      controller = own;
      controller.enqueue(encoder.encode(`retry: ${RETRY_MS}\n\n`));
      const unsubscribe = start({
        send(event, data, id) {
          if (isOver) return;
          waiting = toText(event, data, id);
          write();
        },
        end,
      });
      const heartbeat = setInterval(() => {
        waiting ||= ": still here\n\n";
        write();
      }, HEARTBEAT_MS);
      const limit = setTimeout(end, lengthMs);
      stop = () => {
        clearInterval(heartbeat);
        clearTimeout(limit);
        unsubscribe();
      };
    },
    pull: write,
    cancel() {
      if (!isOver) stop();
      isOver = true;
    },
  });
}

const toText = (event: string, data: unknown, id?: string) =>
  `${id === undefined ? "" : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
