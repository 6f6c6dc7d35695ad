import { readFile } from "node:fs/promises";
import { CommandFailed } from "./command.ts";

/** @throws {CommandFailed} for a file that cannot be read */
export async function readInput(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new CommandFailed(`${path} cannot be read: ${error instanceof Error ? error.message : error}`);
  }
}

/** @throws {CommandFailed} for a file that cannot be read or is no JSON */
export async function readJson(path: string): Promise<unknown> {
  const text = (await readInput(path)).toString("utf8");
  try {
    return JSON.parse(text);
  } catch {
    throw new CommandFailed(`${path} is no JSON.`);
  }
}
