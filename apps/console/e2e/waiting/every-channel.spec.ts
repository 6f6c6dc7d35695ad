import { expect, type Page, test } from "@playwright/test";
import { callApi, signIn } from "../server/sign-in.ts";
import { screenshot } from "../support/looks.ts";

interface Channel {
  id: string;
  code: string;
  name: string;
  pluginId: string;
}

interface Delivery {
  id: string;
  user: { userId: string };
  step: number;
  state: string;
}

interface Identity {
  address: string;
  scope: { kind: string; channelId?: string };
}

/** The student of the demo whom vendors do not reach, and one whom they do. */
const [UNREACHABLE, REACHABLE] = ["2022003", "2024001"];
const MAIL = "school-mail";

/** Vendors that are asked for their word are asked once a minute. */
test.setTimeout(300_000);

test("every channel sends, has its vendor's word, and falls back where nothing arrives", async ({ page }) => {
  await signIn(page, "owner");
  const all = (await get<{ items: Channel[] }>(page, "/v1/channels?limit=100")).items;
  const { identities } = await get<{ identities: Identity[] }>(page, `/v1/users/${UNREACHABLE}`);
  const failing = new Set(identities.map(({ scope }) => scope.channelId));
  const mail = all.find(({ code }) => code === MAIL);
  const channels = all.filter(({ id }) => failing.has(id));
  const plugins = await get<{ items: { id: string; receipts: { delivered: boolean } }[] }>(
    page,
    "/v1/plugins",
  );
  const confirms = (channel: Channel) =>
    plugins.items.find(({ id }) => id === channel.pluginId)?.receipts.delivered === true;
  expect(channels.length).toBeGreaterThanOrEqual(7);
  // What an earlier try has learnt of addresses that are dead.
  const known = await get<{ items: { id: string }[] }>(
    page,
    `/v1/suppressions?userId=${UNREACHABLE}&limit=100`,
  );
  for (const { id } of known.items) await callApi(page.request, "DELETE", `/v1/suppressions/${id}`);

  const sent = new Map<Channel, string>();
  for (const channel of channels) sent.set(channel, await sendWithFallback(page, channel, mail?.id ?? ""));

  for (const [channel, messageId] of sent) {
    await test.step(`${channel.name}（${channel.code}）`, async () => {
      const expected = [
        `${UNREACHABLE} 0 gone`,
        `${UNREACHABLE} 1 accepted`,
        `${REACHABLE} 0 ${confirms(channel) ? "delivered" : "accepted"}`,
      ];
      await expect.poll(() => fates(page, messageId), { timeout: 150_000 }).toEqual(expected);
      await page.goto(`/messages/${messageId}`);
      await expect(page.getByText(channel.name).first()).toBeVisible();
      await screenshot(page, `every-channel-${channel.code}`);
    });
  }

  await test.step("the console says of the one who was not reached what happened, and what was done", async () => {
    const [channel, messageId] = [...sent][0] as [Channel, string];
    const { items } = await get<{ items: Delivery[] }>(page, `/v1/messages/${messageId}/deliveries`);
    const lost = items.find(({ user, step }) => user.userId === UNREACHABLE && step === 0);
    await page.goto(`/messages/${messageId}/deliveries/${lost?.id}`);
    await expect(page.getByText(channel.name).first()).toBeVisible();
    await expect(page.getByText("校园邮件").first()).toBeVisible();
    await screenshot(page, "every-channel-fallback");
  });
});

const get = <Answer>(page: Page, path: string) => callApi<Answer>(page.request, "GET", path);

/** Sends the notice through the channel, and by mail to whom it does not reach. */
async function sendWithFallback(page: Page, channel: Channel, mailId: string): Promise<string> {
  const policy = await callApi<{ id: string }>(page.request, "POST", "/v1/policies", {
    name: `${channel.name}失败后发邮件 ${Date.now()}`,
    steps: [{ channelIds: [channel.id] }, { channelIds: [mailId], when: "failed" }],
  });
  const message = await callApi<{ id: string }>(page.request, "POST", "/v1/messages", {
    audience: { kind: "users", userIds: [REACHABLE, UNREACHABLE] },
    policy: policy.id,
    template: "attendance-everywhere",
    variables: { course: "英语", rate: "65%" },
  });
  return message.id;
}

/** Of each delivery its user, step and state, where all that mean "not reached" are one. */
async function fates(page: Page, messageId: string): Promise<string[]> {
  const { items } = await get<{ items: Delivery[] }>(page, `/v1/messages/${messageId}/deliveries`);
  const isLost = (state: string) => ["failed", "undelivered"].includes(state);
  return items
    .map(({ user, step, state }) => `${user.userId} ${step} ${isLost(state) ? "gone" : state}`)
    .sort();
}
