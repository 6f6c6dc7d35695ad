import type { PlanInput, PlannedRequest, PlanOutput, SendResult } from "@tidings/sdk/plugin";
import { type FilledCall, prepareCall, writeBody } from "./call.ts";
import { type Description, describe } from "./description.ts";
import { findFault } from "./faults.ts";
import { Unfillable, valuesOf } from "./template.ts";
import { quote } from "./text.ts";

interface Ready {
  ref: string;
  call: FilledCall;
}

/** A call for each message, or for those that differ in their entry of the body's list only. */
export function plan(input: PlanInput): PlanOutput {
  const description = describe(input.settings);
  const fault = findFault(description);
  if (fault) {
    return { requests: [], results: input.messages.map(({ ref }) => ({ ref, status: "config", ...fault })) };
  }
  const { ready, results } = fillAll(description, input);
  const groups = groupsOf(ready, description);
  const requests = groups.map((group, index) => toRequest(description, group, `${input.batchRef}.${index}`));
  return { requests, results };
}

function fillAll(description: Description, input: PlanInput): { ready: Ready[]; results: SendResult[] } {
  const fillCall = prepareCall(description);
  const ready: Ready[] = [];
  const results: SendResult[] = [];
  for (const message of input.messages) {
    const { ref } = message;
    try {
      ready.push({ ref, call: fillCall(valuesOf(message, input)) });
    } catch (error) {
      if (!(error instanceof Unfillable)) throw error;
      results.push({ ref, status: "rejected", code: error.code, detail: quote(error.message) });
    }
  }
  return { ready, results };
}

function groupsOf(ready: Ready[], { listAt, callSize }: Description): Ready[][] {
  if (listAt === undefined) return ready.map((one) => [one]);
  const alike = new Map<string, Ready[]>();
  for (const one of ready) {
    const { url, headers, body } = one.call;
    const key = JSON.stringify([url, headers, body]);
    const group = alike.get(key);
    if (group) group.push(one);
    else alike.set(key, [one]);
  }
  return [...alike.values()].flatMap((group) =>
    Array.from({ length: Math.ceil(group.length / callSize) }, (_, index) =>
      group.slice(index * callSize, (index + 1) * callSize),
    ),
  );
}

function toRequest(description: Description, group: Ready[], id: string): PlannedRequest {
  const { method, auth, listAt, idempotencyHeader } = description;
  const calls = group.map(({ call }) => call);
  const [{ url, headers }] = calls as [FilledCall];
  const refs = group.map(({ ref }) => ref);
  // What is sent again may come in other company, so only the key of a single message stays the same.
  const idempotencyKey = listAt === undefined ? (refs[0] ?? id) : id;
  const body = writeBody(description, calls);
  return {
    id,
    refs,
    method,
    url,
    headers: idempotencyHeader === undefined ? headers : { ...headers, [idempotencyHeader]: idempotencyKey },
    ...(body !== undefined && { body }),
    ...(auth !== undefined && { auth }),
    idempotencyKey,
  };
}
