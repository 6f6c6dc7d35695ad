import { PackageRefused } from "./refused.ts";

/** @throws {PackageRefused} for what is no JSON */
export function parseJson(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new PackageRefused([`${path} is no JSON`]);
  }
}
