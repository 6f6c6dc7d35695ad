import type { Page } from "@playwright/test";
import { callApi } from "./sign-in.ts";

export interface DemoChannel {
  id: string;
  code: string;
  kind: string;
  settings: Record<string, string>;
}

/** The demo school's channels, as the member sees them whom the page is signed in as. */
export async function listChannels(page: Page): Promise<DemoChannel[]> {
  const { items } = await callApi<{ items: DemoChannel[] }>(page.request, "GET", "/v1/channels?limit=100");
  return items;
}

/** The channel with that code; throws when the school has none. */
export async function channelOf(page: Page, code: string): Promise<DemoChannel> {
  const found = (await listChannels(page)).find((channel) => channel.code === code);
  if (!found) throw new Error(`The demo school has no channel ${code}.`);
  return found;
}
