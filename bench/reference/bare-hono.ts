import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { readSettings, tell } from "../programs/parent.ts";

/** Hono that reads JSON and writes it back, and does nothing else. */
const { port } = readSettings<{ port: number }>();
const app = new Hono();
app.post("/v1/messages", async (c) => c.json(await c.req.json(), 202));
serve({ fetch: app.fetch, hostname: "127.0.0.1", port }, () => tell({ ready: true }));
process.once("SIGTERM", () => process.exit(0));
