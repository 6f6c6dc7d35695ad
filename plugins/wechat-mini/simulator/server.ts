import { carryOut, createServer, lookUp, type ServerEnv, type Vendor } from "@tidings/wechat/simulator";
import type { Hono } from "hono";
import type { Operations } from "./operations.ts";
import { TEMPLATES } from "./templates.ts";
import { WORDS } from "./words.ts";

/** The vendor's interface of a mini program. */
export function openServer(vendor: Vendor, operations: Operations): Hono<ServerEnv> {
  const app = createServer(vendor, { words: WORDS, templates: TEMPLATES });
  app.get("/wxaapi/newtmpl/gettemplate", (c) => lookUp(vendor, c, "list", () => operations.listTemplates()));
  app.post("/cgi-bin/message/subscribe/send", (c) =>
    carryOut(vendor, c, "send", (body) => operations.send(body, vendor.now())),
  );
  return app;
}
