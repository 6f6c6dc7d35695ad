import {
  access,
  createRoute,
  createRouter,
  eventStream,
  problems,
  type Router,
} from "../../../platform/http/index.ts";
import { MessageParam } from "../message.schemas.ts";
import { MessageProgress, toMessageProgress } from "./progress.schemas.ts";
import type { WatchMessage } from "./watch-message.ts";

const watchMessage = createRoute({
  method: "get",
  path: "/v1/messages/{messageId}/progress",
  operationId: "watchMessage",
  tags: ["Messages"],
  summary: "Follow a message's progress as server-sent events",
  description:
    "Each `progress` event is a snapshot of everything that changes: the first comes at once, further ones when something has changed, at most one a second. The one with `isOver` is the last, and the stream ends. It also ends after ten minutes and when the server is about to stop: who wants more comes back and begins with a fresh snapshot.",
  ...access("read", "Message"),
  request: { params: MessageParam },
  responses: {
    200: { description: "Snapshots", content: { "text/event-stream": { schema: MessageProgress } } },
    ...problems(404, 429),
  },
});

export function progressRoutes(watch: WatchMessage): Router {
  const router = createRouter();

  router.openapi(watchMessage, async (c) => {
    const listen = await watch(c.get("ctx"), c.req.valid("param").messageId);
    return eventStream(c.req.raw, (sink) =>
      listen({
        onNews: (progress) => sink.send("progress", toMessageProgress(progress)),
        onEnd: () => sink.end(),
      }),
    );
  });

  return router;
}
