import type { VerifyInput, VerifyOutput } from "@tidings/sdk/plugin";
import { describe } from "./description.ts";
import { findFault } from "./faults.ts";

const NOT_CALLED = {
  ok: true,
  code: "not_called",
  detail: "The form is complete; there is no address to test.",
};

/** A GET of the address to test with, authenticated like every call; without one only the form is looked at. */
export function verify({ settings, seed }: VerifyInput): VerifyOutput {
  const description = describe(settings);
  const { testUrl, auth } = description;
  const fault = findFault(description);
  if (fault) return { requests: [], verification: { ok: false, ...fault } };
  if (testUrl === undefined) return { requests: [], verification: NOT_CALLED };
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
