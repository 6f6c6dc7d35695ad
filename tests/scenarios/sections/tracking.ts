import { beforeAll, describe, expect, it } from "vitest";
import { mailTo, messageTo, type School, users } from "../../../apps/api/test/harness/index.ts";
import { couriered, newSchool, newUser } from "../scene.ts";
import { stage } from "../stage.ts";

const PAGE = "https://pay.example.cn/bill?no={{content}}&from=tidings#top";
const TEXT = `缴费：${PAGE}，谢谢。`;
/** The end of the body is not where it is only spoken of. */
const HTML = "<html><body><p>&lt;/body&gt;</p><!-- </body> --><p>放假</p></body></html>";
const TRACKED = /http:\/\/[^/\s"]+\/t\/[\w-]+/g;

const BROWSER = "Mozilla/5.0 (Macintosh) AppleWebKit/605.1.15 Safari/605.1.15";
const visit = (address: string, { method = "GET", agent = BROWSER } = {}) =>
  fetch(address, { method, redirect: "manual", headers: { "user-agent": agent } });

describe("4.7 what is known of a message because its links and pictures lead by the server", () => {
  let school: School;
  beforeAll(async () => {
    school = await newSchool();
  });

  const send = async (userId: string, channel: string, rest: object) => {
    const id = await school.send(messageTo(users(userId), [channel], rest));
    await school.completed(id);
    return id;
  };
  const receiptsOf = async (id: string) =>
    (await school.timelineOf(id)).timeline.filter(({ kind }) => kind === "receipt");

  it("S91 leads a click to exactly the address that was written, and counts it once", async () => {
    const userId = await newUser(school);
    const id = await send(userId, "courier", {
      content: { push: { text: TEXT } },
      variables: { content: "a%2Fb+c&x=1" },
      tracking: { links: true, opens: false },
    });
    const [{ text } = { text: "" }] = couriered(userId);
    const [address = ""] = text.match(TRACKED) ?? [];
    expect(text).toBe(`缴费：${address}，谢谢。`);
    await visit(address, { method: "HEAD" });
    await visit(address, { agent: "SomeBot/1.0" });
    expect(await receiptsOf(id)).toEqual([]);
    for (const _ of [1, 2]) {
      const { status, headers } = await visit(address);
      const written = "https://pay.example.cn/bill?no=a%2Fb+c&x=1&from=tidings#top";
      expect([status, headers.get("location")]).toEqual([302, written]);
    }
    expect(await receiptsOf(id)).toMatchObject([{ type: "clicked", code: "tracked_click" }]);
    expect((await school.message(id)).counts).toMatchObject({ clicked: 1 });
    expect((await visit(address.slice(0, -1))).status).toBe(404);
  });

  it("S91 leaves the text as it is written where nothing asks for tracking", async () => {
    const userId = await newUser(school);
    await send(userId, "courier", { content: { push: { text: TEXT } }, variables: { content: "7" } });
    expect(couriered(userId)).toMatchObject([{ text: TEXT.replace("{{content}}", "7") }]);
  });

  it("S92 puts one pixel at the end of a mail's body and nowhere else, and takes its loading for reading", async () => {
    const userId = await newUser(school);
    const content = { email: { subject: "放假", text: "放假", html: HTML } };
    const id = await send(userId, "mail", { content, tracking: { links: false, opens: true } });
    const mail = await mailTo(stage.mail, `${userId}@example.cn`);
    const [pixel = ""] = mail.html.match(TRACKED) ?? [];
    const picture = `<img src="${pixel}" width="1" height="1" alt="" style="border:0">`;
    expect(mail.html.trim()).toBe(HTML.replace(/<\/body><\/html>$/, `${picture}$&`));
    expect(mail.text.trim()).toBe("放假");
    for (const _ of [1, 2]) expect((await visit(pixel)).headers.get("content-type")).toBe("image/gif");
    expect(await receiptsOf(id)).toMatchObject([{ type: "read", code: "tracked_open" }]);
    expect((await school.message(id)).counts).toMatchObject({ delivered: 1, read: 1 });
    await send(userId, "mail", { content });
    expect((await mailTo(stage.mail, `${userId}@example.cn`)).html.trim()).toBe(HTML);
  });
});
