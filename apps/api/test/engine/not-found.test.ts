import { describe, expect, it } from "vitest";
import { goesDown, messageTo, mustSucceed, timePasses, users } from "../harness/index.ts";
import {
  ASK_AFTER_SECONDS,
  givenTelegraphScene,
  installation,
  school,
  telegraph,
} from "./telegraph-scene.ts";

givenTelegraphScene();

describe("what the vendor never got", () => {
  it("is suppressed, and not unknown, when somebody has suppressed its recipient since", async () => {
    telegraph.behave({ sending: () => "cut", query: () => ({ status: "not_found" }) });
    const id = await telegraph.send("u-1");
    await school.reaches(id, "unknown");
    await mustSucceed(school.owner("POST", "/v1/suppressions", { kind: "push", address: "u-1" }));
    await timePasses(installation, ASK_AFTER_SECONDS);
    await school.completed(id);
    expect((await school.timelineOf(id)).state).toBe("suppressed");
    expect(telegraph.calls("send")).toHaveLength(1);
  });

  it("is cancelled, and not to be sent, when its message was cancelled for its user meanwhile", async () => {
    telegraph.behave({ sending: () => "cut", query: () => ({ status: "not_found" }) });
    const id = await telegraph.send("u-1");
    await school.reaches(id, "unknown");
    await mustSucceed(school.source("POST", `/v1/messages/${id}/cancelled-users`, { userIds: ["u-1"] }));
    await goesDown(installation, school, telegraph);
    await timePasses(installation, ASK_AFTER_SECONDS);
    await school.completed(id);
    expect(await school.deliveriesOf(id)).toMatchObject([
      { state: "cancelled", reason: "cancelled_for_user" },
    ]);
  });

  it("goes on with the next step when its channel stays down", async () => {
    const steps = [{ channelIds: [telegraph.id] }, { channelIds: [school.channels.mail.id], when: "failed" }];
    const policy = await mustSucceed<{ id: string }>(
      school.owner("POST", "/v1/policies", { name: "telegraph, then mail", steps }),
    );
    telegraph.behave({ sending: () => "cut", query: () => ({ status: "not_found" }) });
    const id = await school.send(messageTo(users("u-1"), [], { channels: undefined, policy: policy.id }));
    await school.reaches(id, "unknown", 0);
    await goesDown(installation, school, telegraph);
    await timePasses(installation, ASK_AFTER_SECONDS);
    await school.reaches(id, "ready", 0);
    await timePasses(installation, 301);
    await school.reaches(id, "failed", 0);
    await school.completed(id);
  });
});
