import { expect, test } from "vitest";
import { ConnectionPool } from "../src/pool.ts";
import type { SmtpSession } from "../src/smtp-session.ts";

/** What the pool knows of a connection. */
class Connection {
  alive = true;
  mailCount = 0;
  quit() {
    this.alive = false;
  }
}

const SIZE = 10;
const MOST = 100;

function givenPool() {
  const opened: Connection[] = [];
  const pool = new ConnectionPool({
    size: SIZE,
    maxMailsPerConnection: MOST,
    idleMs: 10_000,
    open: async () => {
      const connection = new Connection();
      opened.push(connection);
      return connection as unknown as SmtpSession;
    },
  });
  return { pool, opened };
}

/** One mail by every connection at once. */
async function sendByAll(pool: ConnectionPool): Promise<void> {
  const sessions = await Promise.all(Array.from({ length: SIZE }, () => pool.acquire()));
  for (const session of sessions) {
    (session as unknown as Connection).mailCount += 1;
    pool.release(session);
  }
}

test("replaces few of its connections at a time, each after half to all of the mails it may carry", async () => {
  const { pool, opened } = givenPool();
  for (let round = 0; round < 10 * MOST; round++) {
    const openedBefore = opened.length;
    await sendByAll(pool);
    if (round > 0) expect(opened.length - openedBefore).toBeLessThan(SIZE / 2);
  }
  const spent = opened.filter(({ alive }) => !alive).map(({ mailCount }) => mailCount);
  expect(spent.length).toBeGreaterThan(5 * SIZE);
  expect(Math.max(...spent)).toBe(MOST);
  expect(Math.min(...spent)).toBeGreaterThanOrEqual(MOST / 2);
  pool.close();
});

test("hands out the connection that was used last, so that the others come to their idle limit", async () => {
  const { pool } = givenPool();
  const [first, second] = [await pool.acquire(), await pool.acquire()];
  pool.release(first);
  pool.release(second);
  expect(await pool.acquire()).toBe(second);
  pool.close();
});

test("keeps nobody waiting who comes when it is closed", async () => {
  const { pool } = givenPool();
  const session = await pool.acquire();
  pool.close();
  pool.release(session);
  await expect(pool.acquire()).rejects.toThrow("The channel was closed");
});
