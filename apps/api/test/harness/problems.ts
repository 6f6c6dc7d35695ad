import { expect } from "vitest";
import type { Answer } from "./caller.ts";

/** The answer is the problem of this code, complete and without anything that only we should know. */
export function expectProblem(answer: Answer<unknown>, code: string, status?: number): void {
  expect(answer.body, answer.text.slice(0, 500)).toMatchObject({ code });
  if (status !== undefined) expect(answer.status).toBe(status);
  expectWellFormedProblem(answer);
}

/** RFC 9457, with a request id and pointers that can be followed. */
export function expectWellFormedProblem(answer: Answer<unknown>): void {
  expect(answer.headers.get("content-type")).toBe("application/problem+json");
  expect(answer.body).toMatchObject({
    type: expect.stringMatching(/^\/docs\/problems#[a-z-]+$/),
    title: expect.any(String),
    status: answer.status,
    detail: expect.any(String),
    instance: expect.stringMatching(/^\//),
    code: expect.stringMatching(/^[a-z-]+$/),
    requestId: answer.headers.get("x-request-id"),
  });
  const { errors = [] } = answer.body as { errors?: { pointer: string; params?: object; at?: object[] }[] };
  for (const { params = {}, at = [], ...error } of errors) {
    for (const part of [{ code: "", params }, ...at]) {
      expect(part).toEqual({ code: expect.any(String), params: expect.any(Object) });
    }
    expect(error).toEqual({
      pointer: expect.stringMatching(/^(\/|\?|$)/),
      detail: expect.any(String),
      code: expect.any(String),
    });
  }
  expect(answer.text).not.toMatch(/select |insert into|postgres|node_modules|\.ts:\d|ECONN|at async/i);
}
