import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  expectNothingLost,
  givenSchool,
  type Installation,
  type School,
  startInstallation,
  timePasses,
  until,
} from "../harness/index.ts";
import { givenTelegraph, type Telegraph } from "./telegraph.ts";

let installation: Installation;
let school: School;
let telegraph: Telegraph;
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

/** Longer than the vendor may not know of what it took, and than a lost worker may go on. */
const ASK_AFTER_SECONDS = 60;

describe("while the plugin cannot be read", () => {
  /** Runs work while this process does not find the tenants' plugins, as after a failed reading of a package. */
  async function withoutPlugins(work: () => Promise<unknown>): Promise<void> {
    const { plugins } = installation.foundation;
    const { of } = plugins;
    const obstacle = { code: "plugin_damaged", detail: "" };
    plugins.of = (tenantId) => ({ ...of(tenantId), find: () => undefined, obstacleTo: () => obstacle });
    try {
      await work();
    } finally {
      plugins.of = of;
    }
  }

  const isPutOff = async () => {
    const [row] = await installation.books.transaction(
      ({ sql }) => sql<[{ put_off: boolean }]>`
        select (select coalesce(bool_and(ask_at > now()), true) from inquiries)
          and (select coalesce(bool_and(lease_until > now()), true) from chunks where lease_until is not null) as put_off`,
    );
    return row.put_off;
  };

  it("nobody is asked, and nothing is given up: that goes on afterwards", async () => {
    telegraph.behave({ sending: () => "cut", query: () => ({ status: "accepted" }) });
    const id = await telegraph.send("u-1");
    await school.reaches(id, "unknown");
    await withoutPlugins(async () => {
      await timePasses(installation, ASK_AFTER_SECONDS);
      await until(isPutOff);
    });
    await timePasses(installation, ASK_AFTER_SECONDS);
    await school.completed(id);
    expect((await school.timelineOf(id)).state).toBe("accepted");
  });

  it("what a lost worker had under way waits, and then the vendor is asked about it", async () => {
    telegraph.behave({ query: () => ({ status: "accepted" }) });
    const gate = installation.vendor.hold();
    const id = await telegraph.send("u-1");
    await gate.arrived(1);
    await withoutPlugins(async () => {
      await timePasses(installation, 61);
      await until(isPutOff);
      expect((await school.timelineOf(id)).state).toBe("ready");
    });
    await timePasses(installation, 61);
    await school.reaches(id, "unknown");
    gate.open();
    await timePasses(installation, ASK_AFTER_SECONDS);
    await school.completed(id);
    expect((await school.timelineOf(id)).state).toBe("accepted");
  });
});
