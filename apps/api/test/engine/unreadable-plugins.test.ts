import { describe, expect, it } from "vitest";
import { timePasses, until } from "../harness/index.ts";
import {
  ASK_AFTER_SECONDS,
  givenTelegraphScene,
  installation,
  school,
  telegraph,
} from "./telegraph-scene.ts";

givenTelegraphScene();

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
