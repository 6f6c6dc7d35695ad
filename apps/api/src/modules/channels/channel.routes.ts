import {
  access,
  createRoute,
  createRouter,
  json,
  jsonBody,
  problems,
  type Router,
} from "../../platform/http/index.ts";
import {
  Channel,
  ChannelHealthReport,
  ChannelPage,
  ChannelParam,
  ChannelQuery,
  ChannelVerification,
  CreateChannelBody,
  toChannel,
  toHealthReport,
  toVerification,
  UpdateChannelBody,
} from "./channel.schemas.ts";
import type { ChannelService } from "./channel.service.ts";
import type { ChannelHealthService } from "./channel-health.service.ts";
import type { ChannelVerificationService } from "./channel-verification.service.ts";

const tags = ["Channels"];

const createChannel = createRoute({
  method: "post",
  path: "/v1/channels",
  operationId: "createChannel",
  tags,
  summary: "Create a channel from a plugin",
  ...access("create", "Channel"),
  request: { body: jsonBody(CreateChannelBody) },
  responses: { 201: json(Channel, "The new channel"), ...problems(400, 409, 413, 415) },
});

const listChannels = createRoute({
  method: "get",
  path: "/v1/channels",
  operationId: "listChannels",
  tags,
  summary: "List channels; a source sees those granted to it",
  ...access("read", "Channel"),
  request: { query: ChannelQuery },
  responses: { 200: json(ChannelPage, "A page of channels"), ...problems() },
});

const getChannel = createRoute({
  method: "get",
  path: "/v1/channels/{channelId}",
  operationId: "getChannel",
  tags,
  summary: "Read a channel",
  ...access("read", "Channel"),
  request: { params: ChannelParam },
  responses: { 200: json(Channel, "The channel"), ...problems(404) },
});

const updateChannel = createRoute({
  method: "patch",
  path: "/v1/channels/{channelId}",
  operationId: "updateChannel",
  tags,
  summary: "Rename a channel, switch it on or off, change its settings or secrets",
  ...access("update", "Channel"),
  request: { params: ChannelParam, body: jsonBody(UpdateChannelBody) },
  responses: { 200: json(Channel, "The channel as it is now"), ...problems(400, 404, 409, 413, 415) },
});

const deleteChannel = createRoute({
  method: "delete",
  path: "/v1/channels/{channelId}",
  operationId: "deleteChannel",
  tags,
  summary: "Delete a channel with its secrets and grants",
  ...access("delete", "Channel"),
  request: { params: ChannelParam },
  responses: { 204: { description: "Deleted" }, ...problems(404, 409) },
});

const verifyChannel = createRoute({
  method: "post",
  path: "/v1/channels/{channelId}/verifications",
  operationId: "verifyChannel",
  tags,
  summary: "Test a channel's settings at the vendor; nothing is sent to anybody",
  ...access("update", "Channel"),
  request: { params: ChannelParam },
  responses: { 200: json(ChannelVerification, "What the test call found"), ...problems(404, 409) },
});

const getChannelHealth = createRoute({
  method: "get",
  path: "/v1/channels/{channelId}/health",
  operationId: "getChannelHealth",
  tags,
  summary: "Read how a channel is doing: its circuit, the last 24 hours, what goes wrong",
  ...access("read", "Channel"),
  request: { params: ChannelParam },
  responses: { 200: json(ChannelHealthReport, "How the channel is doing"), ...problems(404) },
});

export interface ChannelRouteDeps {
  service: ChannelService;
  verification: ChannelVerificationService;
  health: ChannelHealthService;
}

export function channelRoutes({ service, verification, health }: ChannelRouteDeps): Router {
  const router = createRouter();

  router.openapi(createChannel, async (c) => {
    const channel = await service.createChannel(c.get("ctx"), c.req.valid("json"));
    return c.json(toChannel(channel), 201);
  });

  router.openapi(listChannels, async (c) => {
    const page = await service.listChannels(c.get("ctx"), c.req.valid("query"));
    return c.json({ ...page, items: page.items.map(toChannel) }, 200);
  });

  router.openapi(getChannel, async (c) => {
    const channel = await service.getChannel(c.get("ctx"), c.req.valid("param").channelId);
    return c.json(toChannel(channel), 200);
  });

  router.openapi(updateChannel, async (c) => {
    const { channelId } = c.req.valid("param");
    const channel = await service.updateChannel(c.get("ctx"), channelId, c.req.valid("json"));
    return c.json(toChannel(channel), 200);
  });

  router.openapi(deleteChannel, async (c) => {
    await service.deleteChannel(c.get("ctx"), c.req.valid("param").channelId);
    return c.body(null, 204);
  });

  router.openapi(verifyChannel, async (c) => {
    const outcome = await verification.verifyChannel(c.get("ctx"), c.req.valid("param").channelId);
    return c.json(toVerification(outcome), 200);
  });

  router.openapi(getChannelHealth, async (c) => {
    const report = await health.getChannelHealth(c.get("ctx"), c.req.valid("param").channelId);
    return c.json(toHealthReport(report), 200);
  });

  return router;
}
