import { describe, expect, it } from "vitest";
import { PluginFault } from "../execution/plugin-fault.ts";
import { recordingLogger } from "../testing/plugins.ts";
import { bundleOf } from "./bundle.ts";
import { DEFAULT_LIMITS } from "./limits.ts";
import { startSandboxProcess } from "./process/sandbox-process.ts";
import { SandboxReport } from "./sandbox-report.ts";
import { Supervisor } from "./supervision/supervisor.ts";
import { INNOCENT } from "./testing/hostile-plugins.ts";
import { IMPATIENT, inputWith, keepBusy, useSandboxes } from "./testing/sandboxes.ts";

const newSandbox = useSandboxes();
const INPUT = inputWith({ endpoint: "e" }, "r1");
const version = (name: string) => `export const plan = () => ({ requests: [], version: "${name}" });`;

describe("the sandbox", () => {
  it("says what a plugin exports, and nothing that is not of the contract", async () => {
    const { sandbox } = newSandbox();
    const code = `${INNOCENT}\nexport const recall = 1; export const extra = () => 1;`;
    const { exports, functionsFor } = await sandbox.seal("acme/one", code);
    expect(exports).toEqual(["plan", "settle"]);
    expect(functionsFor("ten_a").recall).toBeUndefined();
  });

  it("runs versions side by side, without a restart", async () => {
    const { sandbox } = newSandbox();
    const busy = await keepBusy(sandbox, "acme/busy");
    const older = (await sandbox.seal("acme/one", version("1"))).functionsFor("ten_a");
    const newer = (await sandbox.seal("acme/one", version("2"))).functionsFor("ten_a");
    expect(await newer.plan(INPUT)).toEqual({ requests: [], version: "2" });
    expect(await older.plan(INPUT)).toEqual({ requests: [], version: "1" });
    expect((await busy.stop()).failures).toEqual([]);
    expect(sandbox.counts()).toEqual({ losses: [], strikes: [], disabled: [] });
  });

  it("makes one isolate of a plugin for the tenant that it is loaded for", async () => {
    const { sandbox } = newSandbox({ ...IMPATIENT, isolateCount: 2 });
    const code = "let calls = 0; export const plan = () => ({ requests: [], calls: (calls += 1) });";
    const { plan } = (await sandbox.seal("acme/one", code, "ten_a")).functionsFor("ten_a");
    expect(await plan(INPUT)).toEqual({ requests: [], calls: 1 });
    // With a second isolate the process would have been replaced, and what it remembers lost.
    expect(await plan(INPUT)).toEqual({ requests: [], calls: 2 });
  });

  it("loses no process by code it does not know yet, nor by what throws or gives up", async () => {
    const { sandbox } = newSandbox({ ...IMPATIENT, strikeCount: 100 });
    const busy = await keepBusy(sandbox, "acme/busy");
    const faults = ["throw new Error('no')", "return new Promise(() => {})", "return 1n"];
    for (let round = 0; round < 30; round += 1) {
      const code = `export const plan = () => { ${faults[round % 3]} }; // ${round}`;
      const { plan } = (await sandbox.seal("acme/faulty", code)).functionsFor("ten_a");
      await expect(plan(INPUT)).rejects.toThrow();
    }
    expect((await busy.stop()).failures).toEqual([]);
    expect(sandbox.counts().losses).toEqual([]);
  });

  it("replaces a process that has made many isolates, and fails no call by it", async () => {
    const { sandbox } = newSandbox({ ...IMPATIENT, isolateCount: 4 });
    const busy = await keepBusy(sandbox, "acme/busy");
    const plugin = await sandbox.seal("acme/one", INNOCENT);
    for (let tenant = 0; tenant < 5; tenant += 1) {
      expect(await plugin.functionsFor(`ten_${tenant}`).plan(INPUT)).toMatchObject({
        requests: [{ id: "r1" }],
      });
    }
    expect((await busy.stop()).failures).toEqual([]);
    expect(sandbox.counts().losses).toEqual([]);
  });

  it("refuses code and input beyond its limits", async () => {
    const { sandbox } = newSandbox({ ...IMPATIENT, bundleBytes: 2_000, inputBytes: 2_000 });
    await expect(sandbox.seal("acme/one", `${INNOCENT}//${"x".repeat(2_000)}`)).rejects.toThrow(PluginFault);
    const { plan } = (await sandbox.seal("acme/one", INNOCENT)).functionsFor("ten_a");
    await expect(plan(inputWith({ endpoint: "e".repeat(2_000) }, "r1"))).rejects.toThrow(
      "more than 2000 bytes",
    );
  });

  it.each([
    ["does not parse", "export const plan = ("],
    ["throws", "throw new Error('on import')"],
    ["imports what is not there", 'import "left-pad"; export const plan = () => 1;'],
  ])("refuses code that %s", async (_name, code) => {
    const { sandbox } = newSandbox();
    await expect(sandbox.seal("acme/one", code)).rejects.toThrow(PluginFault);
  });

  it("has no other way where it cannot be started", async () => {
    const { sandbox, logs } = newSandbox({ dataBytes: 8 * 1024 * 1024 });
    await expect(sandbox.seal("acme/one", INNOCENT)).rejects.toMatchObject({
      obstacle: { code: "sandbox_unavailable" },
    });
    expect(logs.filter(({ message }) => message === "sandbox process cannot be started")).toHaveLength(3);
  });
});

it("answers that the sandbox is unavailable while it cannot be started again, and works when it can", async () => {
  const { logger } = recordingLogger();
  const limits = { ...DEFAULT_LIMITS, ...IMPATIENT, startPauseMs: 300 };
  let isBroken = false;
  const processes: Awaited<ReturnType<typeof startSandboxProcess>>[] = [];
  const supervisor = new Supervisor({
    limits,
    events: new SandboxReport(logger),
    async start() {
      if (isBroken) throw new Error("no such program");
      const started = await startSandboxProcess(limits);
      processes.push(started);
      return started;
    },
  });
  const call = {
    bundle: bundleOf("acme/one", version("1")),
    scope: "ten_a",
    name: "plan",
    input: Buffer.from("{}"),
  };
  const answered = { kind: "output", text: '{"requests":[],"version":"1"}' };
  expect(await supervisor.call(call)).toEqual(answered);
  isBroken = true;
  await processes[0]?.kill();
  await expect(supervisor.call(call)).rejects.toMatchObject({ obstacle: { code: "sandbox_unavailable" } });
  isBroken = false;
  await expect
    .poll(() => supervisor.call(call).catch(() => undefined), { timeout: 10_000 })
    .toEqual(answered);
  await supervisor.close();
});
