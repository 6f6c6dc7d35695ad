/*
 * A school with one user, whom the telegraph reaches: its vendor can be asked about what was sent. `givenTelegraphScene`
 * starts it before the tests of one file and stops it again.
 */
import { afterAll, afterEach, beforeAll, beforeEach } from "vitest";
import {
  expectNothingLost,
  givenSchool,
  type Installation,
  type School,
  startInstallation,
} from "../harness/index.ts";
import { givenTelegraph, type Telegraph } from "./telegraph.ts";

export let installation: Installation;
export let school: School;
export let telegraph: Telegraph;

/** Longer than the vendor may not know of what it took, and than a lost worker may go on. */
export const ASK_AFTER_SECONDS = 60;

/** To be called once, at the top of a test file. */
export function givenTelegraphScene(): void {
  beforeAll(async () => {
    installation = await startInstallation();
  });
  beforeEach(async () => {
    installation.vendor.reset();
    school = await givenSchool(installation);
    telegraph = await givenTelegraph(school);
    await school.addUsers([{ userId: "u-1", identities: [{ kind: "push", address: "u-1" }] }]);
  });
  afterEach(() => expectNothingLost(installation));
  afterAll(() => installation?.stop());
}
