import { fault } from "../faults/index.ts";
import { PackageRefused } from "./refused.ts";

/** @throws {PackageRefused} for what is no JSON */
export function parseJson(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new PackageRefused([fault("file_no_json", { path, error: String(error) })]);
  }
}
