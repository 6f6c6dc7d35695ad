import { execFile, execFileSync } from "node:child_process";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join, relative } from "node:path";
import { promisify } from "node:util";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { main } from "../src/cli/main.ts";
import { checkEnvelope, readPackage } from "../src/package/index.ts";

const ROOT = join(import.meta.dirname, "../../..");

let folder: string;
/** Inside the workspace, where plugins find the SDK. */
beforeAll(async () => {
  folder = await mkdtemp(join(import.meta.dirname, "new-plugin-"));
  await run("plugin", "new", "sms-acme", "--in", folder);
  await run("plugin", "pack", join(folder, "sms-acme"), "--out", folder);
  await run("keys", "new", join(folder, "acme"));
});
afterAll(() => rm(folder, { recursive: true }));

async function runWith(env: Record<string, string>, ...args: string[]) {
  const output: string[] = [];
  const errors: string[] = [];
  const print = (line: string) => void output.push(line);
  const warn = (line: string) => void errors.push(line);
  const code = await main(args, { print, warn, env });
  return { code, output: output.join("\n"), errors: errors.join("\n") };
}

const run = (...args: string[]) => runWith({}, ...args);
const archiveFile = () => join(folder, "sms-acme-0.1.0.tgz");
const sign = () => run("plugin", "sign", archiveFile(), "--key", join(folder, "acme.key"));

test("runs as a program of the repository, in the shell's way", () => {
  const bin = join(ROOT, "node_modules/.bin/tidings");
  const options = { cwd: ROOT, encoding: "utf8" } as const;
  expect(execFileSync(bin, ["--help"], options)).toContain("tidings plugin publish");
  expect(() => execFileSync(bin, ["plugin", "fly"], { ...options, stdio: "pipe" })).toThrow(
    /There is no command plugin fly/,
  );
});

test.each([
  [["plugin", "new"], "an argument is missing"],
  [["plugin", "new", "Acme"], "Acme is no name like sms-acme"],
  [["plugin", "new", "sms-acme", "--publisher", "A b"], "A b is no publisher"],
  [["plugin", "new", "sms-acme", "--title", "<b>"], "a title is"],
  [["plugin", "pack", "a", "b"], "b is one argument too many"],
  [["plugin", "pack", "--fast"], "--fast"],
  [["plugin", "sign", "a.tgz"], "--key is missing"],
  [["registry", "verify", "a", "--sequence", "x"], "--sequence is a whole number"],
])("says how %j is called rightly", async (args, fault) => {
  const { code, errors } = await run(...args);
  expect(errors).toContain(fault);
  expect(code).toBe(2);
});

describe("a new plugin", () => {
  const plugin = () => join(folder, "sms-acme");

  test("passes the checks as it stands, and hears what it lacks", async () => {
    const { code, output } = await run("plugin", "test", plugin());
    expect(output).toContain("acme/sms-acme 0.1.0");
    expect(output).toContain("Grade: silver; gold needs settlesWhatIsUnsure.");
    expect(code).toBe(0);
    const { output: json } = await run("plugin", "test", plugin(), "--json");
    expect(JSON.parse(json)).toMatchObject({
      pluginId: "acme/sms-acme",
      grade: "silver",
      ok: true,
      findings: [],
    });
  });

  test("keeps the types, the format and its own tests", async () => {
    const inRoot = { cwd: ROOT, env: { ...process.env, VITEST: undefined } };
    const call = (bin: string, ...args: string[]) =>
      promisify(execFile)(join(ROOT, "node_modules/.bin", bin), args, inRoot);
    // Nearer than the repository's, whose projects do not hold this folder.
    await writeFile(join(folder, "vitest.config.mjs"), "export default {};\n");
    await call("tsc", "-p", plugin());
    await call("biome", "check", relative(ROOT, plugin()));
    await call("vitest", "run", "--root", plugin());
  }, 600_000);

  test("is not written over", async () => {
    const { code, errors } = await run("plugin", "new", "sms-acme", "--in", folder);
    expect([code, errors]).toEqual([1, `${plugin()} is there already.`]);
  });

  test("fails with words when it breaks the contract", async () => {
    await run("plugin", "new", "sms-broken", "--in", folder, "--publisher", "acme");
    const broken = join(folder, "sms-broken");
    const settle = join(broken, "src/settle.ts");
    await writeFile(
      settle,
      (await readFile(settle, "utf8")).replace('"unknown", code: "internal_error"', '"transient"'),
    );
    const { code, output } = await run("plugin", "test", broken);
    expect(output).toContain("on HTTP 500: transient is none of unknown");
    expect(output).toContain("Grade: none; bronze needs settleReadsFaults, vectorsMatch.");
    expect(code).toBe(1);
    await writeFile(settle, 'import { readFileSync } from "node:fs";\nexport const settle = readFileSync;\n');
    expect((await run("plugin", "test", broken)).errors).toContain("The plugin does not build.");
  });
});

test("packs the same bytes every time, and says what the plugin may reach", async () => {
  const first = await readFile(archiveFile());
  const { output } = await run("plugin", "pack", join(folder, "sms-acme"), "--out", folder);
  expect(first.equals(await readFile(archiveFile()))).toBe(true);
  expect(output).toContain((await readPackage(first)).sha256);
  expect(output).toContain("calls the hosts in the settings: endpoint");
  expect(output).toContain("authenticates with: apiKey");
});

test("makes keys that only their owner reads, and never over others", async () => {
  expect((await stat(join(folder, "acme.key"))).mode & 0o777).toBe(0o600);
  const { code, errors } = await run("keys", "new", join(folder, "acme"));
  expect([code, errors]).toEqual([1, expect.stringContaining("acme.key cannot be written")]);
});

test("signs what was packed", async () => {
  expect((await sign()).code).toBe(0);
  const envelope = JSON.parse(await readFile(`${archiveFile()}.sig.json`, "utf8"));
  const publicKey = (await readFile(join(folder, "acme.pub"), "utf8")).trim();
  const plugin = await readPackage(await readFile(archiveFile()));
  expect(checkEnvelope(envelope, plugin, { publisherKeys: [publicKey] }).statement.pluginId).toBe(
    "acme/sms-acme",
  );
});

test("builds a registry, adds to it and verifies it", async () => {
  await sign();
  await run("keys", "new", join(folder, "registry"));
  const place = join(folder, "registry");
  const key = ["--key", join(folder, "registry.key")];
  const publisher = ["--publisher-key", `acme=${join(folder, "acme.pub")}`];
  const nameless = await run("registry", "build", place, archiveFile(), "--name", "R", ...key);
  expect(nameless.errors).toContain("acme is no publisher of this registry");
  const built = await run("registry", "build", place, archiveFile(), "--name", "R", ...key, ...publisher);
  expect([built.code, built.errors]).toEqual([0, ""]);
  const again = await run("registry", "build", place, archiveFile(), "--name", "R", ...key, ...publisher);
  expect(again.errors).toContain("has a registry already");
  const added = await run("registry", "add", place, archiveFile(), ...key, "--label", "deprecated");
  expect(added.output).toContain("1 versions, sequence 2");
  const verified = await run("registry", "verify", place);
  expect(verified.output).toContain("✓ acme/sms-acme 0.1.0 silver deprecated");
  const old = await run("registry", "verify", place, "--sequence", "3");
  expect([old.code, old.errors]).toEqual([1, "✗ the index has sequence 2; 3 was read before"]);
});

describe("publishing", () => {
  let desk: Server;
  let url: string;
  let calls: { route: string; authorization: string | undefined; body: Record<string, unknown> }[];
  let answers: { status: number; body: object }[];

  beforeEach(async () => {
    await sign();
    calls = [];
    answers = [];
    desk = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      const { authorization } = request.headers;
      const body = chunks.length > 0 ? JSON.parse(Buffer.concat(chunks).toString()) : {};
      calls.push({ route: `${request.method} ${request.url}`, authorization, body });
      const answer = answers.shift() ?? { status: 500, body: {} };
      response
        .writeHead(answer.status, { "content-type": "application/json" })
        .end(JSON.stringify(answer.body));
    }).listen(0, "127.0.0.1");
    await new Promise((resolve) => desk.once("listening", resolve));
    url = `http://127.0.0.1:${(desk.address() as AddressInfo).port}`;
  });
  afterEach(() => desk.close());

  const publish = (...more: string[]) =>
    runWith(
      { TIDINGS_PUBLISHER_TOKEN: "td_pub_x" },
      "plugin",
      "publish",
      archiveFile(),
      "--url",
      url,
      ...more,
    );

  test("hands the archive and its signatures in, with the token", async () => {
    answers = [{ status: 202, body: { state: "checking" } }];
    const { code, output } = await publish();
    expect([code, output]).toEqual([
      0,
      `acme/sms-acme 0.1.0: handed in; the checks are running\nsee    ${url}/marketplace`,
    ]);
    expect(calls).toMatchObject([
      { route: "POST /v1/publishers/acme/submissions", authorization: "Bearer td_pub_x" },
    ]);
    const archive = Buffer.from(String(calls[0]?.body.archive), "base64");
    expect(archive.equals(await readFile(archiveFile()))).toBe(true);
    expect(calls[0]?.body.envelope).toEqual(JSON.parse(await readFile(`${archiveFile()}.sig.json`, "utf8")));
  });

  test("waits for the checks and says what they found", async () => {
    answers = [
      { status: 202, body: { state: "checking" } },
      {
        status: 200,
        body: {
          state: "refused",
          grade: null,
          report: { faults: [{ detail: "the id belongs to a shipped plugin" }] },
        },
      },
    ];
    const { code, output } = await publish("--wait");
    expect(output).toContain("refused\n  ✗ the id belongs to a shipped plugin");
    expect(code).toBe(1);
    expect(calls[1]?.route).toBe("GET /v1/publishers/acme/submissions/sms-acme/0.1.0");
  });

  test("shows a problem as it was meant", async () => {
    const errors = [{ pointer: "/archive", detail: "The version is listed already." }];
    answers = [
      {
        status: 409,
        body: { title: "Version exists", detail: "Raise the version.", errors, requestId: "req_1" },
      },
    ];
    const { code, errors: said } = await publish();
    expect(code).toBe(1);
    expect(said).toBe(
      "Version exists (HTTP 409)\nRaise the version.\n  ✗ /archive: The version is listed already.\nRequest req_1",
    );
  });

  test("tells a missing token, a wrong address and a stranger apart", async () => {
    const tokenless = await run("plugin", "publish", archiveFile(), "--url", url);
    expect(tokenless.errors).toContain("set TIDINGS_PUBLISHER_TOKEN");
    const wrong = await runWith(
      { TIDINGS_PUBLISHER_TOKEN: "x" },
      "plugin",
      "publish",
      archiveFile(),
      "--url",
      "ftp://x",
    );
    expect(wrong.errors).toContain("ftp://x is no address");
    answers = [{ status: 200, body: { hello: 1 } }];
    expect((await publish()).errors).toContain("does not answer as an installation of Tidings does");
  });
});
