import {
  type ConnectionOptions,
  createPostgresBackend,
  Queue,
  runMigrations,
  Worker,
  withBackend,
} from "bullmq";
import { Pool } from "pg";
import type { z } from "zod";
import { within } from "../deadline.ts";
import type { Logger } from "../logger.ts";

/**
 * BullMQ, on Redis where `REDIS_URL` is set and on PostgreSQL otherwise. The queue carries hints: ids of work that
 * PostgreSQL knows about. A hint may be lost, late or doubled, and the queue may be wiped at any time; so jobs are
 * tried once, kept nowhere, and never re-run by the queue.
 */
export interface QueueTransport {
  backend: "redis" | "postgres";
  openQueue<Payload>(name: string): HintQueue<Payload>;
  work<Schema extends z.ZodType>(options: WorkOptions<Schema>): HintWorker;
  /** Rejects when the transport does not answer within two seconds. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

export interface HintQueue<Payload> {
  /** Rejects when the transport refuses, or does not answer within two seconds; it may have taken them all the same. */
  add(payloads: Payload[]): Promise<void>;
}

export interface HintWorker {
  /** Takes no more hints and waits for those under way, at most ten seconds. */
  stop(): Promise<void>;
}

export interface WorkOptions<Schema extends z.ZodType> {
  queue: string;
  payload: Schema;
  concurrency: number;
  process(payload: z.infer<Schema>): Promise<void>;
}

export interface QueueOptions {
  redisUrl?: string | undefined;
  /** The server that holds the queue when there is no Redis. */
  databaseUrl: string;
  /** Separates installations that share a server; letters, digits and `-`. */
  prefix: string;
  logger: Logger;
}

interface QueueClasses {
  Queue: typeof Queue;
  Worker: typeof Worker;
}

const STOP_TIMEOUT_MS = 10_000;
/** A transport that is away keeps commands until it is back: whoever waits for one waits this long. */
const ANSWER_TIMEOUT_MS = 2_000;
/** While a transport is away its clients report it again and again. */
const REPORT_EVERY_MS = 60_000;
const POOL_SIZE = 8;
/** On PostgreSQL a bulk makes temporary tables, which costs as much as so many jobs by themselves. */
const BULK_SIZE = 16;
const JOB_OPTIONS = { attempts: 1, removeOnComplete: true, removeOnFail: true };

export async function createQueueTransport(options: QueueOptions): Promise<QueueTransport> {
  return options.redisUrl ? onRedis(options, options.redisUrl) : onPostgres(options);
}

function onRedis(options: QueueOptions, url: string): QueueTransport {
  const connection = { url, maxRetriesPerRequest: null } as ConnectionOptions;
  return transport("redis", options, { Queue, Worker }, connection, async () => {});
}

async function onPostgres(options: QueueOptions): Promise<QueueTransport> {
  const pool = new Pool({
    connectionString: options.databaseUrl,
    max: POOL_SIZE,
    options: "-c search_path=bullmq",
    application_name: "tidings-queue",
  });
  pool.on("error", (error) => options.logger.warn({ err: error }, "a queue connection was lost"));
  try {
    await migrateQueue(pool);
  } catch (error) {
    await pool.end();
    throw error;
  }
  // Same classes, other connection type: from here on only the transport's own options are passed to them.
  const classes = withBackend(createPostgresBackend) as unknown as QueueClasses;
  return transport("postgres", options, classes, pool as unknown as ConnectionOptions, () => pool.end());
}

async function migrateQueue(pool: Pool): Promise<void> {
  const client = await pool.connect();
  try {
    await runMigrations(client);
  } finally {
    client.release();
  }
}

function transport(
  backend: QueueTransport["backend"],
  options: QueueOptions,
  classes: QueueClasses,
  connection: ConnectionOptions,
  closeConnection: () => Promise<void>,
): QueueTransport {
  const { logger, prefix } = options;
  const queues: Queue[] = [];
  const base = { connection, prefix };

  const openQueue = (name: string): Queue => {
    const queue = new classes.Queue(name, { ...base, defaultJobOptions: JOB_OPTIONS });
    queue.on("error", sparingly(logger, "the queue reported an error"));
    queues.push(queue);
    return queue;
  };

  return {
    backend,
    openQueue<Payload>(name: string): HintQueue<Payload> {
      const queue = openQueue(name);
      return {
        async add(payloads) {
          const added =
            payloads.length < BULK_SIZE
              ? Promise.all(payloads.map((data) => queue.add("hint", data)))
              : queue.addBulk(payloads.map((data) => ({ name: "hint", data })));
          await within(ANSWER_TIMEOUT_MS, "putting hints into the queue", added);
        },
      };
    },
    work: (work) => startWorker(classes.Worker, base, work, logger),
    async ping() {
      const queue = queues[0] ?? openQueue("ping");
      await within(ANSWER_TIMEOUT_MS, "asking the queue", queue.getJobCounts("waiting"));
    },
    async close() {
      await Promise.allSettled(queues.map((queue) => withDeadline(queue.close())));
      await withDeadline(closeConnection());
    },
  };
}

function startWorker<Schema extends z.ZodType>(
  WorkerClass: QueueClasses["Worker"],
  base: { connection: ConnectionOptions; prefix: string },
  options: WorkOptions<Schema>,
  logger: Logger,
): HintWorker {
  const worker = new WorkerClass(
    options.queue,
    async (job) => {
      await options.process(options.payload.parse(job.data));
    },
    { ...base, concurrency: options.concurrency, maxStalledCount: 0, drainDelay: 5 },
  );
  worker.on("error", sparingly(logger, "the worker reported an error"));
  worker.on("failed", (_job, error) => {
    logger.error(
      { err: error, queue: options.queue },
      "a hint could not be processed; its lease will run out",
    );
  });
  // `close()` never settles when the transport is gone, so it gets a deadline.
  return { stop: () => withDeadline(worker.close()) };
}

/** Reports the first of many errors, and the next after a minute. */
function sparingly(logger: Logger, what: string): (error: Error) => void {
  let reportedAt = Number.NEGATIVE_INFINITY;
  return (error) => {
    if (performance.now() - reportedAt < REPORT_EVERY_MS) return;
    reportedAt = performance.now();
    logger.warn({ err: error }, what);
  };
}

/** Waits for the work, or for ten seconds. */
async function withDeadline(work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, STOP_TIMEOUT_MS);
  });
  await Promise.race([work.catch(() => {}), deadline]);
  clearTimeout(timer);
}
