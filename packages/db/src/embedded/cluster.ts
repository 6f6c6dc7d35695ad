import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chownSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Account } from "./account.ts";
import type { Binaries } from "./binaries.ts";
import type { Place } from "./place.ts";

/** The environment a server's programs get: nothing of ours. */
export const SERVER_ENVIRONMENT = { PATH: process.env.PATH ?? "", LC_ALL: "C" };

/** Creates the cluster unless it is there. Throws when an existing one belongs to another major version. */
export function ensureCluster(place: Place, binaries: Binaries, account: Account | undefined): void {
  if (existsSync(place.cluster)) {
    checkVersion(place, binaries);
    return;
  }
  // Under another name until it is whole: a killed initdb must not leave half a cluster behind.
  const draft = `${place.cluster}.new`;
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { mode: 0o700 });
  rmSync(place.password, { force: true });
  writeFileSync(place.password, randomBytes(24).toString("base64url"), { mode: 0o600 });
  if (account) {
    for (const path of [draft, place.password]) chownSync(path, account.uid, account.gid);
  }
  runInitdb(binaries.initdb, draft, place.password, account);
  renameSync(draft, place.cluster);
}

function runInitdb(
  initdb: string,
  cluster: string,
  passwordFile: string,
  account: Account | undefined,
): void {
  const options = [
    `--pgdata=${cluster}`,
    "--username=postgres",
    `--pwfile=${passwordFile}`,
    "--auth=scram-sha-256",
    "--encoding=UTF8",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--no-sync",
  ];
  try {
    execFileSync(initdb, options, { ...account, cwd: "/", stdio: "pipe", env: SERVER_ENVIRONMENT });
  } catch (cause) {
    const { stderr } = cause as { stderr?: Buffer };
    throw new Error(`PostgreSQL could not be initialised in ${cluster}: ${stderr?.toString().trim()}`, {
      cause,
    });
  }
}

function checkVersion(place: Place, binaries: Binaries): void {
  const made = Number(readFileSync(join(place.cluster, "PG_VERSION"), "utf8"));
  if (made === binaries.major) return;
  throw new Error(
    `The data in ${place.cluster} was made by PostgreSQL ${made}, but PostgreSQL ${binaries.major} is installed. ` +
      "Dump it with the old version, or choose another folder.",
  );
}
