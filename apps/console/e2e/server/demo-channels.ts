import type { Page } from "@playwright/test";
import { callApi } from "./sign-in.ts";

interface DemoChannel {
  id: string;
  code: string;
  settings: Record<string, string>;
}

/** The school's channel with that code, as the member sees it whom the page is signed in as; throws when there is none. */
export async function channelOf(page: Page, code: string): Promise<DemoChannel> {
  const { items } = await callApi<{ items: DemoChannel[] }>(page.request, "GET", "/v1/channels?limit=100");
  const found = items.find((channel) => channel.code === code);
  if (!found) throw new Error(`The demo school has no channel ${code}.`);
  return found;
}
