import { carryOut, createServer, lookUp, type ServerEnv, type Vendor } from "@tidings/wechat/simulator";
import type { Hono } from "hono";
import type { Operations } from "./operations.ts";
import { TEMPLATES } from "./templates.ts";
import { WORDS } from "./words.ts";

/** The vendor's interface of a service account. */
export function openServer(vendor: Vendor, operations: Operations): Hono<ServerEnv> {
  const templates = TEMPLATES.filter(({ kind }) => kind !== "template");
  const app = createServer(vendor, { words: WORDS, templates });
  app.get("/cgi-bin/template/get_all_private_template", (c) =>
    lookUp(vendor, c, "list", () => operations.listTemplates()),
  );
  app.post("/cgi-bin/message/template/send", (c) =>
    carryOut(vendor, c, "template", (body) => operations.sendTemplate(body, vendor.now())),
  );
  app.post("/cgi-bin/message/subscribe/bizsend", (c) =>
    carryOut(vendor, c, "subscription", (body) => operations.sendSubscription(body, vendor.now())),
  );
  return app;
}
