import { describe, expect, test } from "vitest";
import { ProblemError } from "#lib/api/problem.ts";
import { FormState } from "#lib/forms/form-state.svelte.ts";

const refused = (errors: { pointer: string; detail: string; code: string }[]) =>
  new ProblemError({
    type: "about:blank",
    title: "Invalid input",
    status: 422,
    code: "invalid-input",
    detail: "Some of it is not right.",
    requestId: "req_1",
    errors,
  });

const field = (id: string) => ({ id, label: () => id.toUpperCase() });

describe("a form", () => {
  test("puts the API's errors at their fields, and those inside a field at the field", async () => {
    const form = new FormState({
      initial: { name: "", phones: [] },
      submit: async () => {
        throw refused([
          { pointer: "/phones/3", detail: "not a number", code: "phone" },
          { pointer: "/name", detail: "too plain", code: "plain" },
        ]);
      },
    });
    form.register("name", field("n"));
    form.register("phones", field("p"));
    await form.submit();
    expect(form.errorOf("phones")).toBe("not a number");
    expect(form.summary).toEqual([
      { id: "n", label: "N", text: "too plain" },
      { id: "p", label: "P", text: "not a number" },
    ]);
    expect(form.requestId).toBe("req_1");
  });

  test("tells an error without a field in the summary", async () => {
    const form = new FormState({
      initial: { name: "" },
      submit: async () => {
        throw refused([{ pointer: "/elsewhere", detail: "wrong there", code: "x" }]);
      },
    });
    await form.submit();
    expect(form.summary).toEqual([{ id: undefined, label: "elsewhere", text: "wrong there" }]);
  });

  test("sends once, however often it is asked to", async () => {
    let sent = 0;
    let finish = () => {};
    const form = new FormState({
      initial: { name: "a" },
      submit: () => {
        sent += 1;
        return new Promise<void>((resolve) => {
          finish = resolve;
        });
      },
    });
    const first = form.submit();
    await form.submit();
    finish();
    await first;
    expect(sent).toBe(1);
  });

  test("does not send what is known to be wrong", async () => {
    const form = new FormState({
      initial: { name: "" },
      validate: ({ name }) => ({ name: name ? undefined : "missing" }),
      submit: () => expect.unreachable(),
    });
    await form.submit();
    expect(form.errorOf("name")).toBeUndefined();
    form.register("name", field("n"));
    expect(form.errorOf("name")).toBe("missing");
    expect(form.attempts).toBe(1);
  });

  test("is dirty until what was typed is saved or given up", async () => {
    const form = new FormState({ initial: { name: "a" }, submit: async () => {} });
    expect(form.dirty).toBe(false);
    form.values.name = "b";
    expect(form.dirty).toBe(true);
    form.reset();
    expect(form.values.name).toBe("a");
    form.values.name = "c";
    await form.submit();
    expect(form.dirty).toBe(false);
  });
});
