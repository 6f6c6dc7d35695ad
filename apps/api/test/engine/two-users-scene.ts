/*
 * A school for each test, with the users `a` and `b`. `givenTwoUsersScene` starts the installation before the tests of one
 * file and stops it again.
 */
import { afterAll, afterEach, beforeAll, beforeEach } from "vitest";
import {
  expectNothingLost,
  givenSchool,
  type Installation,
  type School,
  startInstallation,
} from "../harness/index.ts";

export let installation: Installation;
export let school: School;

/** To be called once, at the top of a test file. */
export function givenTwoUsersScene(): void {
  beforeAll(async () => {
    installation = await startInstallation();
  });
  beforeEach(async () => {
    school = await givenSchool(installation);
    await school.addUsers(
      ["a", "b"].map((userId) => ({
        userId,
        identities: [
          { kind: "push", address: `${userId}-device` },
          { kind: "email", address: `${userId}@example.cn` },
          { kind: "webhook", address: `${userId}-screen` },
        ],
      })),
    );
  });
  afterAll(() => installation?.stop());
  afterEach(async () => {
    await expectNothingLost(installation);
    installation.vendor.reset();
  });
}
