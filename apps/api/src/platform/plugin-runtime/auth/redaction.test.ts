import { describe, expect, it } from "vitest";
import { createLearningRedactor, createRedactor } from "./redaction.ts";

describe("createRedactor", () => {
  it("takes out every occurrence, in every form", () => {
    const redact = createRedactor(['p"ss/w+rd(1)']);
    expect(redact('a p"ss/w+rd(1) b p"ss/w+rd(1)')).toBe("a [redacted] b [redacted]");
    expect(redact(JSON.stringify({ echo: 'p"ss/w+rd(1)' }))).toBe('{"echo":"[redacted]"}');
    expect(redact("?key=p%22ss%2Fw%2Brd(1)")).toBe("?key=[redacted]");
    expect(redact("key=p%22ss%2Fw%2Brd%281%29")).toBe("key=[redacted]");
  });

  it("leaves no tail of a secret that begins with another", () => {
    expect(createRedactor(["secret", "secret-long"])("x secret-long y")).toBe("x [redacted] y");
  });

  it("leaves short values, which occur by chance", () => {
    expect(createRedactor(["12345", ""])("12345")).toBe("12345");
  });
});

describe("createLearningRedactor", () => {
  it("takes out what it learns later, also where the function was handed on before", () => {
    const { redact, learn } = createLearningRedactor(["secret-1"]);
    expect(redact("secret-1 token-1 token-2")).toBe("[redacted] token-1 token-2");
    learn("token-1");
    learn("token-2");
    expect(redact("secret-1 token-1 token-2")).toBe("[redacted] [redacted] [redacted]");
  });
});
