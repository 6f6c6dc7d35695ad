import { createHash } from "node:crypto";
import { chmodSync, mkdirSync, readFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { type Account, closedFolder } from "./account.ts";
import { fallbackFolder } from "./binaries.ts";

/** The files of one embedded server, all in one folder. */
export interface Place {
  folder: string;
  /** PostgreSQL's own data directory. */
  cluster: string;
  /** The superuser's password, mode 0600. */
  password: string;
  log: string;
  /** Held while a process looks for, creates or starts the server. */
  startLock: string;
  /** The process that will stop the server. */
  owner: string;
}

/** Lays out the folder, elsewhere than asked when the account could not enter it there. */
export function choosePlace(
  dataDir: string,
  account: Account | undefined,
  report: (message: string) => void,
): Place {
  const asked = resolve(dataDir);
  mkdirSync(asked, { recursive: true });
  const closed = account && closedFolder(asked, account);
  if (!closed) return layOut(asked);
  const digest = createHash("sha256").update(asked).digest("hex").slice(0, 8);
  const fallback = join(fallbackFolder(account), `${basename(asked)}-${digest}`);
  report(`The server runs as nobody, who cannot enter ${closed}; its data is kept in ${fallback}`);
  mkdirSync(fallback, { recursive: true });
  // Also under a strict umask.
  for (const folder of [fallbackFolder(account), fallback]) chmodSync(folder, 0o755);
  return layOut(fallback);
}

function layOut(folder: string): Place {
  return {
    folder,
    cluster: join(folder, "cluster"),
    password: join(folder, "password"),
    log: join(folder, "server.log"),
    startLock: join(folder, "start.lock"),
    owner: join(folder, "owner"),
  };
}

/** The URL of the server's `postgres` database for its superuser. */
export function serverUrl(place: Place, port: number): string {
  const password = readFileSync(place.password, "utf8").trim();
  return `postgres://postgres:${password}@127.0.0.1:${port}/postgres`;
}
