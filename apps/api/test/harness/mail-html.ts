import type { Simulator } from "@tidings/sdk/testing";

/** The latest mail to an address, as the simulated mail server keeps it. */
export async function mailTo(
  mail: Pick<Simulator, "url" | "received">,
  address: string,
): Promise<{ text: string; html: string }> {
  const received = mail.received();
  const index = received.findLastIndex(({ to }) => to === address);
  const page = await (await fetch(new URL(`mails/${index + 1}`, mail.url))).text();
  const srcdoc = /srcdoc="([^"]*)"/.exec(page)?.[1] ?? "";
  const html = srcdoc
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&#39;", "'")
    .replaceAll("&amp;", "&")
    .replace('<base target="_blank">', "");
  return { text: received[index]?.text ?? "", html };
}
