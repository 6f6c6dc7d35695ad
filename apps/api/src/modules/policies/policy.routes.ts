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
  CreatePolicyBody,
  Policy,
  PolicyPage,
  PolicyParam,
  PolicyQuery,
  SavePolicyBody,
  toPolicy,
} from "./policy.schemas.ts";
import type { PolicyService } from "./policy.service.ts";
import { PolicySimulation, SimulatePolicyBody, toSimulation } from "./simulation.schemas.ts";

const tags = ["Policies"];

const createPolicy = createRoute({
  method: "post",
  path: "/v1/policies",
  operationId: "createPolicy",
  tags,
  summary: "Create a policy",
  ...access("create", "Policy"),
  request: { body: jsonBody(CreatePolicyBody) },
  responses: { 201: json(Policy, "The new policy"), ...problems(400, 409, 413, 415) },
});

const listPolicies = createRoute({
  method: "get",
  path: "/v1/policies",
  operationId: "listPolicies",
  tags,
  summary: "List policies",
  ...access("read", "Policy"),
  request: { query: PolicyQuery },
  responses: { 200: json(PolicyPage, "A page of policies"), ...problems() },
});

const getPolicy = createRoute({
  method: "get",
  path: "/v1/policies/{policyId}",
  operationId: "getPolicy",
  tags,
  summary: "Read a policy",
  ...access("read", "Policy"),
  request: { params: PolicyParam },
  responses: { 200: json(Policy, "The policy"), ...problems(404) },
});

const savePolicy = createRoute({
  method: "put",
  path: "/v1/policies/{policyId}",
  operationId: "savePolicy",
  tags,
  summary: "Replace a policy's name and steps; other steps make a new version",
  ...access("update", "Policy"),
  request: { params: PolicyParam, body: jsonBody(SavePolicyBody) },
  responses: { 200: json(Policy, "The policy as it is now"), ...problems(400, 404, 409, 413, 415) },
});

const archivePolicy = createRoute({
  method: "post",
  path: "/v1/policies/{policyId}/archive",
  operationId: "archivePolicy",
  tags,
  summary: "Take a policy out of use; messages under way keep it",
  ...access("delete", "Policy"),
  request: { params: PolicyParam },
  responses: { 200: json(Policy, "The archived policy"), ...problems(404, 409) },
});

const simulatePolicy = createRoute({
  method: "post",
  path: "/v1/policies/simulations",
  operationId: "simulatePolicy",
  tags,
  summary: "Try a policy on an imagined user with a virtual clock; nothing is sent or stored",
  ...access("read", "Policy"),
  request: { body: jsonBody(SimulatePolicyBody) },
  responses: { 200: json(PolicySimulation, "What would happen, and when"), ...problems(400, 404, 413, 415) },
});

export function policyRoutes(service: PolicyService): Router {
  const router = createRouter();

  router.openapi(simulatePolicy, async (c) => {
    const simulation = await service.simulatePolicy(c.get("ctx"), c.req.valid("json"));
    return c.json(toSimulation(simulation), 200);
  });

  router.openapi(createPolicy, async (c) => {
    const policy = await service.createPolicy(c.get("ctx"), c.req.valid("json"));
    return c.json(toPolicy(policy), 201);
  });

  router.openapi(listPolicies, async (c) => {
    const page = await service.listPolicies(c.get("ctx"), c.req.valid("query"));
    return c.json({ ...page, items: page.items.map(toPolicy) }, 200);
  });

  router.openapi(getPolicy, async (c) => {
    const policy = await service.getPolicy(c.get("ctx"), c.req.valid("param").policyId);
    return c.json(toPolicy(policy), 200);
  });

  router.openapi(savePolicy, async (c) => {
    const policy = await service.savePolicy(c.get("ctx"), c.req.valid("param").policyId, c.req.valid("json"));
    return c.json(toPolicy(policy), 200);
  });

  router.openapi(archivePolicy, async (c) => {
    const policy = await service.archivePolicy(c.get("ctx"), c.req.valid("param").policyId);
    return c.json(toPolicy(policy), 200);
  });

  return router;
}
