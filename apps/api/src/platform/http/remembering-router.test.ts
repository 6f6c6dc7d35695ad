import { Hono } from "hono";
import { expect, it } from "vitest";
import { RememberingRouter } from "./remembering-router.ts";

it("answers the same however often and by whichever method a path is asked for", async () => {
  const app = new Hono({ router: new RememberingRouter() });
  app.use("/v1/*", async (c, next) => {
    await next();
    c.header("x-seen", "yes");
  });
  app.get("/v1/messages/:id", (c) => c.text(`message ${c.req.param("id")}`));
  app.post("/v1/messages/:id/pause", (c) => c.text(`pause ${c.req.param("id")}`));
  app.post("/v1/messages/explain", (c) => c.text("explain"));
  app.get("/v1/messages", (c) => c.text("list"));
  const ask = async (method: string, path: string) => {
    const response = await app.request(path, { method });
    return `${response.status} ${await response.text()} ${response.headers.get("x-seen")}`;
  };
  for (let time = 0; time < 3; time++) {
    expect(await ask("GET", "/v1/messages")).toBe("200 list yes");
    expect(await ask("POST", "/v1/messages/explain")).toBe("200 explain yes");
    expect(await ask("GET", "/v1/messages/explain")).toBe("200 message explain yes");
    expect(await ask("GET", `/v1/messages/${time}`)).toBe(`200 message ${time} yes`);
    expect(await ask("POST", `/v1/messages/${time}/pause`)).toBe(`200 pause ${time} yes`);
    expect(await ask("PUT", "/v1/messages")).toBe("404 404 Not Found yes");
  }
});
