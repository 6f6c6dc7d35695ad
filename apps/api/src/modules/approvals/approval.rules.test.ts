import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ProblemError } from "../../platform/errors.ts";
import {
  assertDecidable,
  type Ballot,
  type Candidate,
  canDecide,
  checkFlow,
  decide,
  hexOf,
  needsApproval,
  type ReviewedRequest,
  type Vote,
} from "./approval.rules.ts";

const contentHash = Uint8Array.from({ length: 32 }, (_, index) => index);
const seen = hexOf(contentHash);
const mayApprove = [{ action: "approve", subject: "ApprovalRequest" }];
const candidate = (memberId: string, roleId: string, permissions = mayApprove): Candidate => ({
  memberId,
  roleId,
  permissions,
});
const teachers = ["wang", "li", "zhao"].map((name) => candidate(name, "teacher"));
const head = candidate("head", "head");
const grade = (mode: "any" | "all") => ({ name: "Grade", roleIds: ["teacher"], mode });
const request = (mode: "any" | "all", changes: Partial<ReviewedRequest> = {}): ReviewedRequest => ({
  levels: [grade(mode), { name: "School", roleIds: ["head"], mode: "any" }],
  level: 0,
  state: "pending",
  contentHash,
  requestedBy: null,
  ...changes,
});
const approve = (memberId: string): Vote => ({ memberId, decision: "approve", contentHash: seen });
const approved = (memberId: string, level = 0): Ballot => ({ memberId, level, decision: "approve" });
const codeOf = (act: () => unknown) => {
  try {
    act();
  } catch (error) {
    if (error instanceof ProblemError) return error.type.code;
    throw error;
  }
  return undefined;
};

describe("decide", () => {
  it("moves on after one approval where any reviewer may approve", () => {
    expect(decide(request("any"), [], teachers, approve("li"))).toEqual({ state: "pending", level: 1 });
  });

  it("waits for everybody where all have to approve", () => {
    const voted = [approved("wang")];
    expect(decide(request("all"), voted, teachers, approve("li"))).toEqual({ state: "pending", level: 0 });
    const twice = [...voted, approved("li")];
    expect(decide(request("all"), twice, teachers, approve("zhao"))).toEqual({ state: "pending", level: 1 });
  });

  it("does not wait for reviewers who are no longer there, nor for the author", () => {
    const voted = [approved("wang")];
    expect(decide(request("all"), voted, teachers.slice(0, 2), approve("li")).level).toBe(1);
    const own = request("all", { requestedBy: "zhao" });
    expect(decide(own, voted, teachers, approve("li")).level).toBe(1);
  });

  it("approves with the last level", () => {
    const last = request("any", { level: 1 });
    expect(decide(last, [approved("li")], [...teachers, head], approve("head"))).toEqual({
      state: "approved",
      level: 1,
    });
  });

  it("rejects at once, on whatever level", () => {
    const vote: Vote = { ...approve("wang"), decision: "reject" };
    expect(decide(request("all"), [], teachers, vote)).toEqual({ state: "rejected", level: 0 });
  });

  it.each(["approved", "rejected", "void"] as const)(
    "refuses a decision on a request that is %s",
    (state) => {
      const act = () => decide(request("any", { state }), [], teachers, approve("li"));
      expect(codeOf(act)).toBe("already-decided");
    },
  );

  it("refuses a decision on content that the reviewer did not see", () => {
    const vote = { ...approve("li"), contentHash: "0".repeat(64) };
    expect(codeOf(() => decide(request("any"), [], teachers, vote))).toBe("content-changed");
  });

  it("refuses the author, whatever the author's role", () => {
    const own = request("any", { requestedBy: "li" });
    expect(codeOf(() => decide(own, [], teachers, approve("li")))).toBe("author-cannot-decide");
  });

  it("refuses who has another role, or the role without the permission", () => {
    expect(codeOf(() => decide(request("any"), [], [...teachers, head], approve("head")))).toBe(
      "not-a-reviewer",
    );
    const powerless = [candidate("li", "teacher", [{ action: "read", subject: "ApprovalRequest" }])];
    expect(codeOf(() => decide(request("any"), [], powerless, approve("li")))).toBe("not-a-reviewer");
  });

  it("takes another person for each level, whoever has the roles of both", () => {
    const both = request("any", { level: 1, levels: [grade("any"), { ...grade("any"), name: "School" }] });
    const voted = [approved("li")];
    expect(canDecide(both, voted, teachers, "li")).toBe(false);
    expect(codeOf(() => decide(both, voted, teachers, approve("li")))).toBe("decided-in-earlier-level");
    expect(decide(both, voted, teachers, approve("wang"))).toEqual({ state: "approved", level: 1 });
  });

  it("does not wait in a level of all for who has decided in the one before", () => {
    const both = request("any", { level: 1, levels: [grade("any"), { ...grade("all"), name: "School" }] });
    const voted = [approved("li"), approved("wang", 1)];
    expect(decide(both, voted, teachers, approve("zhao"))).toEqual({ state: "approved", level: 1 });
  });

  it("refuses the approval of who alone can decide in the next level, but not the rejection", () => {
    const reviewers = [candidate("li", "head"), teachers[0] as Candidate];
    const shared = request("any", {
      levels: [
        { name: "Grade", roleIds: ["teacher", "head"], mode: "any" },
        { name: "School", roleIds: ["head"], mode: "any" },
      ],
    });
    const act = () => decide(shared, [], reviewers, approve("li"));
    expect(act).toThrow('"School"');
    expect(codeOf(act)).toBe("needed-in-later-level");
    expect(decide(shared, [], reviewers, { ...approve("li"), decision: "reject" }).state).toBe("rejected");
    expect(decide(shared, [], reviewers, approve("wang"))).toEqual({ state: "pending", level: 1 });
    const two = [...reviewers, candidate("zhao", "head")];
    expect(decide(shared, [], two, approve("li"))).toEqual({ state: "pending", level: 1 });
  });

  it("refuses a second decision on the same level", () => {
    const act = () => decide(request("all"), [approved("li")], teachers, approve("li"));
    expect(codeOf(act)).toBe("already-decided");
  });
});

describe("any order of decisions", () => {
  const member = fc.constantFrom("a", "b", "c", "d", "e");
  const role = fc.constantFrom("r1", "r2", "r3");
  const level = fc.record({
    name: fc.constant("Level"),
    roleIds: fc.uniqueArray(role, { minLength: 1 }),
    mode: fc.constantFrom("any" as const, "all" as const),
  });
  const scenario = fc.record({
    levels: fc.array(level, { minLength: 1, maxLength: 2 }),
    candidates: fc.uniqueArray(fc.record({ memberId: member, roleId: role }), {
      selector: ({ memberId }) => memberId,
    }),
    requestedBy: fc.option(member),
    votes: fc.array(
      fc.record({
        memberId: member,
        decision: fc.constantFrom("approve" as const, "approve" as const, "reject" as const),
      }),
      { maxLength: 30 },
    ),
  });

  it("ends approved exactly when every level has its approvals, and never through the author", () => {
    fc.assert(
      fc.property(scenario, ({ levels, requestedBy, votes, ...rest }) => {
        const candidates = rest.candidates.map((item) => ({ ...item, permissions: mayApprove }));
        let current: ReviewedRequest = { levels, level: 0, state: "pending", contentHash, requestedBy };
        const ballots: Ballot[] = [];
        for (const { memberId, decision } of votes) {
          const counts = canDecide(current, ballots, candidates, memberId);
          const vote = { memberId, decision, contentHash: seen };
          const before = current;
          const code = codeOf(() => {
            current = { ...current, ...decide(current, ballots, candidates, vote) };
          });
          if (code !== "needed-in-later-level") expect(code === undefined).toBe(counts);
          if (code === undefined) ballots.push({ level: before.level, memberId, decision });
          else expect(current).toBe(before);
        }
        expect(ballots.some((ballot) => ballot.memberId === requestedBy)).toBe(false);
        expect(new Set(ballots.map((ballot) => ballot.memberId)).size).toBe(ballots.length);
        expect(current.state === "rejected").toBe(ballots.some(({ decision }) => decision === "reject"));
        const satisfied = levels.map((item, index) => {
          const yes = ballots.filter((b) => b.level === index && b.decision === "approve");
          const before = ballots.filter((b) => b.level < index).map((b) => b.memberId);
          const all = candidates.filter(
            ({ memberId, roleId }) =>
              item.roleIds.includes(roleId) && memberId !== requestedBy && !before.includes(memberId),
          );
          return item.mode === "any" ? yes.length > 0 : yes.length > 0 && yes.length === all.length;
        });
        expect(current.state === "approved").toBe(satisfied.every(Boolean));
      }),
    );
  });
});

describe("assertDecidable", () => {
  it("counts nobody for two levels", () => {
    const both = (first: "any" | "all") => ({
      levels: [grade(first), { ...grade("any"), name: "School" }],
      requestedBy: null,
    });
    expect(() => assertDecidable(both("any"), teachers.slice(0, 1))).toThrow('"School"');
    expect(codeOf(() => assertDecidable(both("any"), teachers.slice(0, 2)))).toBeUndefined();
    expect(codeOf(() => assertDecidable(both("all"), teachers))).toBe("nobody-can-approve");
    expect(codeOf(() => assertDecidable({ ...both("any"), requestedBy: "li" }, teachers.slice(0, 2)))).toBe(
      "nobody-can-approve",
    );
  });

  it("leaves to the next level whom only that one has", () => {
    const levels = [
      { name: "Grade", roleIds: ["head", "teacher"], mode: "any" as const },
      { name: "School", roleIds: ["head"], mode: "any" as const },
    ];
    expect(codeOf(() => assertDecidable({ levels, requestedBy: null }, [head, ...teachers]))).toBeUndefined();
    expect(codeOf(() => assertDecidable({ levels, requestedBy: null }, [head]))).toBe("nobody-can-approve");
  });

  it("names the level in which nobody may decide", () => {
    const act = () => assertDecidable(request("any"), teachers);
    expect(act).toThrow('"School"');
    expect(act).toThrow("Give one of these roles to a second member");
    expect(codeOf(act)).toBe("nobody-can-approve");
    expect(codeOf(() => assertDecidable(request("any"), [...teachers, head]))).toBeUndefined();
  });

  it("does not count the author", () => {
    const own = request("any", { requestedBy: "head" });
    expect(codeOf(() => assertDecidable(own, [...teachers, head]))).toBe("nobody-can-approve");
  });
});

describe("needsApproval", () => {
  const conditions = { sourceIds: ["src_a"], composed: true };

  it("follows the source, or the composer", () => {
    expect(needsApproval({ state: "on", conditions }, { sourceId: "src_a" })).toBe(true);
    expect(needsApproval({ state: "on", conditions }, { sourceId: "src_b" })).toBe(false);
    expect(needsApproval({ state: "on", conditions }, { sourceId: null })).toBe(true);
    expect(needsApproval({ state: "off", conditions }, { sourceId: "src_a" })).toBe(false);
  });
});

describe("checkFlow", () => {
  it("points at unknown sources, unknown roles, and roles that cannot approve", () => {
    const levels = [{ name: "Grade", roleIds: ["teacher", "guest", "gone"], mode: "any" as const }];
    const roles = [
      { id: "teacher", name: "Teacher", permissions: mayApprove },
      { id: "guest", name: "Guest", permissions: [] },
    ];
    const flow = { conditions: { sourceIds: ["src_a", "src_b"], composed: false }, levels };
    expect(checkFlow(flow, roles, new Set(["src_a"])).map(({ pointer, code }) => [pointer, code])).toEqual([
      ["/conditions/sourceIds/1", "unknown_source"],
      ["/levels/0/roleIds/1", "cannot_approve"],
      ["/levels/0/roleIds/2", "unknown_role"],
    ]);
  });
});
