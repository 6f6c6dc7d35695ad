import { execFileSync } from "node:child_process";
import { statSync } from "node:fs";
import { dirname } from "node:path";

/** The user a server runs as when we are root, which PostgreSQL refuses to run as. */
export interface Account {
  uid: number;
  gid: number;
}

const ANYONE_MAY_ENTER = 0o001;

/** `nobody` when this process is root; undefined when the server may simply run as ourselves. */
export function serverAccount(): Account | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const id = (flag: string) => Number(execFileSync("id", [flag, "nobody"], { encoding: "utf8" }));
  return { uid: id("-u"), gid: id("-g") };
}

/** The outermost folder on the way to `path` (itself included) that the account cannot enter, if any. */
export function closedFolder(path: string, account: Account): string | undefined {
  const parent = dirname(path);
  const above = parent === path ? undefined : closedFolder(parent, account);
  if (above) return above;
  const { mode, uid } = statSync(path);
  return uid === account.uid || mode & ANYONE_MAY_ENTER ? undefined : path;
}
