import type { VerifyInput, VerifyOutput } from "@tidings/sdk/plugin";
import { describe } from "./description.ts";
import { findFault } from "./faults.ts";

/** A GET of the address to test with, authenticated like every call; without one only the form is looked at. */
export function verify({ settings, seed }: VerifyInput): VerifyOutput {
  const description = describe(settings);
  const { testUrl, auth } = description;
  if (testUrl === undefined || findFault(description, settings)) return { requests: [] };
  const idempotencyKey = `test_${seed}`.slice(0, 64);
  return {
    requests: [
      {
        id: "test",
        refs: [],
        method: "GET",
        url: testUrl,
        ...(auth !== undefined && { auth }),
        idempotencyKey,
      },
    ],
  };
}
