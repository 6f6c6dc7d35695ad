import {
  access,
  createRoute,
  createRouter,
  fields,
  json,
  jsonBody,
  problems,
  type Router,
} from "../../platform/http/index.ts";
import type { EntryService } from "./entry.service.ts";
import {
  AddEntriesBody,
  AddedEntries,
  EntryPage,
  EntryQuery,
  RecipientEntry,
  RecipientList,
  RecipientListBody,
  RecipientListPage,
  RecipientListParam,
  RemovedEntries,
  RemoveEntriesBody,
  readEntry,
  toEntry,
  toRecipientList,
} from "./recipient-list.schemas.ts";
import type { RecipientListService } from "./recipient-list.service.ts";

const tags = ["Recipient lists"];

const createRecipientList = createRoute({
  method: "post",
  path: "/v1/recipient-lists",
  operationId: "createRecipientList",
  tags,
  summary: "Create a list that messages are for, or not for",
  ...access("create", "RecipientList"),
  request: { body: jsonBody(RecipientListBody) },
  responses: { 201: json(RecipientList, "The new list"), ...problems(400, 409, 413, 415) },
});

const listRecipientLists = createRoute({
  method: "get",
  path: "/v1/recipient-lists",
  operationId: "listRecipientLists",
  tags,
  summary: "List recipient lists by name",
  ...access("read", "RecipientList"),
  request: { query: fields.pageQuery },
  responses: { 200: json(RecipientListPage, "A page of lists"), ...problems() },
});

const getRecipientList = createRoute({
  method: "get",
  path: "/v1/recipient-lists/{listId}",
  operationId: "getRecipientList",
  tags,
  summary: "Read a recipient list",
  ...access("read", "RecipientList"),
  request: { params: RecipientListParam },
  responses: { 200: json(RecipientList, "The list"), ...problems(404) },
});

const updateRecipientList = createRoute({
  method: "put",
  path: "/v1/recipient-lists/{listId}",
  operationId: "updateRecipientList",
  tags,
  summary: "Give a recipient list another name or note",
  ...access("update", "RecipientList"),
  request: { params: RecipientListParam, body: jsonBody(RecipientListBody) },
  responses: { 200: json(RecipientList, "The list as it is now"), ...problems(400, 404, 409, 413, 415) },
});

const deleteRecipientList = createRoute({
  method: "delete",
  path: "/v1/recipient-lists/{listId}",
  operationId: "deleteRecipientList",
  tags,
  summary: "Delete a recipient list that no message goes by any more",
  ...access("delete", "RecipientList"),
  request: { params: RecipientListParam },
  responses: { 204: { description: "Deleted" }, ...problems(404, 409) },
});

const listRecipientListEntries = createRoute({
  method: "get",
  path: "/v1/recipient-lists/{listId}/entries",
  operationId: "listRecipientListEntries",
  tags,
  summary: "List who is on a recipient list, in the order they were added",
  ...access("read", "RecipientList"),
  request: { params: RecipientListParam, query: EntryQuery },
  responses: { 200: json(EntryPage, "A page of entries"), ...problems(404) },
});

const addRecipientListEntries = createRoute({
  method: "post",
  path: "/v1/recipient-lists/{listId}/entries",
  operationId: "addRecipientListEntries",
  tags,
  summary: "Put up to 1,000 users or addresses on a list; a wrong one fails alone",
  ...access("update", "RecipientList"),
  request: { params: RecipientListParam, body: jsonBody(AddEntriesBody) },
  responses: { 200: json(AddedEntries, "What became of them"), ...problems(400, 404, 409, 413, 415) },
});

const removeRecipientListEntries = createRoute({
  method: "post",
  path: "/v1/recipient-lists/{listId}/entries/removal",
  operationId: "removeRecipientListEntries",
  tags,
  summary: "Take up to 1,000 users or addresses off a list",
  ...access("update", "RecipientList"),
  request: { params: RecipientListParam, body: jsonBody(RemoveEntriesBody) },
  responses: { 200: json(RemovedEntries, "How many were on it"), ...problems(400, 404, 413, 415) },
});

export function recipientListRoutes(lists: RecipientListService, entries: EntryService): Router {
  const router = createRouter();
  router.openAPIRegistry.register("RecipientEntry", RecipientEntry);

  router.openapi(createRecipientList, async (c) => {
    const list = await lists.createRecipientList(c.get("ctx"), c.req.valid("json"));
    return c.json(toRecipientList(list), 201);
  });

  router.openapi(listRecipientLists, async (c) => {
    const page = await lists.listRecipientLists(c.get("ctx"), c.req.valid("query"));
    return c.json({ ...page, items: page.items.map(toRecipientList) }, 200);
  });

  router.openapi(getRecipientList, async (c) => {
    const list = await lists.getRecipientList(c.get("ctx"), c.req.valid("param").listId);
    return c.json(toRecipientList(list), 200);
  });

  router.openapi(updateRecipientList, async (c) => {
    const { listId } = c.req.valid("param");
    const list = await lists.updateRecipientList(c.get("ctx"), listId, c.req.valid("json"));
    return c.json(toRecipientList(list), 200);
  });

  router.openapi(deleteRecipientList, async (c) => {
    await lists.deleteRecipientList(c.get("ctx"), c.req.valid("param").listId);
    return c.body(null, 204);
  });

  router.openapi(listRecipientListEntries, async (c) => {
    const ctx = c.get("ctx");
    const page = await entries.listEntries(ctx, c.req.valid("param").listId, c.req.valid("query"));
    const mayReadAddresses = ctx.ability.can("update", "User");
    return c.json({ ...page, items: page.items.map((row) => toEntry(row, mayReadAddresses)) }, 200);
  });

  router.openapi(addRecipientListEntries, async (c) => {
    const items = c.req.valid("json").entries.map(readEntry);
    return c.json(await entries.addEntries(c.get("ctx"), c.req.valid("param").listId, items), 200);
  });

  router.openapi(removeRecipientListEntries, async (c) => {
    const { entries: wanted } = c.req.valid("json");
    const removedCount = await entries.removeEntries(c.get("ctx"), c.req.valid("param").listId, wanted);
    return c.json({ removedCount }, 200);
  });

  return router;
}
