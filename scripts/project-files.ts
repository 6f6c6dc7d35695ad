import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";

export const ROOT = resolve(import.meta.dirname, "..");

/** Files that are in the project or about to be: tracked, or new and not ignored. Paths from the root. */
export function listProjectFiles(...patterns: string[]): string[] {
  const args = ["ls-files", "--cached", "--others", "--exclude-standard", "-z", "--", ...patterns];
  const output = execFileSync("git", args, { cwd: ROOT, encoding: "utf8", maxBuffer: 50_000_000 });
  return output.split("\0").filter((path) => path !== "" && existsSync(join(ROOT, path)));
}
