import { setTimeout as delay } from "node:timers/promises";
import { readPackage } from "../../package/read.ts";
import {
  type Command,
  CommandFailed,
  EXIT,
  readArgs,
  requireOption,
  type Terminal,
  UsageError,
} from "../command.ts";
import { readInput, readJson } from "../files.ts";
import { envelopeFileOf } from "./sign.ts";

const POLL_MS = 2_000;
const DEFAULT_WAIT_SECONDS = 300;

/** A submission as the installation tells of it; what is not here is left to its page. */
interface Submission {
  state: string;
  grade?: string | null;
  report?: { faults?: { detail: string }[] } | null;
  reviews?: { verdict: string; comment: string | null }[];
}

/** `tidings plugin publish` */
export const publish: Command = {
  usage: "<file.tgz> --url <installation> [--token-file <file>] [--wait] [--wait-seconds <n>] [--json]",
  summary: "Hands a signed package in at an installation, where it is checked and reviewed.",
  help: [
    "--url <installation>    its base address, such as https://messages.example.edu",
    "--token-file <file>     holds a publisher's token; without it TIDINGS_PUBLISHER_TOKEN does",
    "--wait                  until the checks are done, at most 300 seconds",
    "--wait-seconds <n>      at most so long",
    "--json                  the submission as JSON",
    "",
    "The signatures are read from <file.tgz>.sig.json. Exit code 1 when the submission is refused.",
  ],
  async run(args, terminal) {
    const options = {
      url: { type: "string" },
      "token-file": { type: "string" },
      wait: { type: "boolean" },
      "wait-seconds": { type: "string" },
      json: { type: "boolean" },
    } as const;
    const { values, positionals } = readArgs(args, options, { least: 1, most: 1 });
    const [file = ""] = positionals;
    const archive = await readInput(file);
    const { manifest } = await readPackage(archive);
    const envelope = await readJson(envelopeFileOf(file));
    const url = readUrl(requireOption(values.url, "url"));
    const desk = connect(url, await readToken(values["token-file"], terminal));
    const [slug = "", name = ""] = manifest.id.split("/");
    const path = `/v1/publishers/${slug}/submissions`;
    const handedIn = await desk("POST", path, { archive: archive.toString("base64"), envelope });
    const own = `${path}/${name}/${encodeURIComponent(manifest.version)}`;
    const submission =
      values.wait || values["wait-seconds"]
        ? await waitForChecks(() => desk("GET", own), handedIn, readSeconds(values["wait-seconds"]))
        : handedIn;
    if (values.json) terminal.print(JSON.stringify(submission, null, 2));
    else
      for (const line of describe(`${manifest.id} ${manifest.version}`, url, submission))
        terminal.print(line);
    return submission.state === "refused" ? EXIT.failed : EXIT.ok;
  },
};

function readUrl(text: string): string {
  if (/^https?:$/.test(URL.parse(text)?.protocol ?? "")) return text;
  throw new UsageError(`${text} is no address like https://messages.example.edu`);
}

async function readToken(file: string | undefined, { env }: Terminal): Promise<string> {
  const token = file ? (await readInput(file)).toString("utf8").trim() : env.TIDINGS_PUBLISHER_TOKEN;
  if (token) return token;
  throw new CommandFailed(
    "There is no token: set TIDINGS_PUBLISHER_TOKEN, or name a file with --token-file.",
  );
}

type Desk = (method: "GET" | "POST", path: string, body?: object) => Promise<Submission>;

function connect(url: string, token: string): Desk {
  return async (method, path, body) => {
    const response = await fetch(new URL(path, url), {
      method,
      headers: { authorization: `Bearer ${token}`, ...(body && { "content-type": "application/json" }) },
      body: body ? JSON.stringify(body) : null,
      redirect: "error",
    }).catch((error: unknown) => {
      throw new CommandFailed(`${url} cannot be reached: ${error instanceof Error ? error.message : error}`);
    });
    const answer: unknown = await response.json().catch(() => undefined);
    if (!response.ok) throw new CommandFailed(writeProblem(response.status, answer));
    return readSubmission(url, answer);
  };
}

function readSubmission(url: string, answer: unknown): Submission {
  if (typeof answer === "object" && answer !== null && "state" in answer) return answer as Submission;
  throw new CommandFailed(`${url} does not answer as an installation of Tidings does.`);
}

/** A problem+json in lines: what is wrong, and where. */
function writeProblem(status: number, problem: unknown): string {
  if (typeof problem !== "object" || problem === null) return `The installation answers HTTP ${status}.`;
  const { title, detail, errors, requestId } = problem as Record<string, unknown>;
  const faults = Array.isArray(errors)
    ? errors.map((one) => `  ✗ ${[one?.pointer, one?.detail].filter(Boolean).join(": ")}`)
    : [];
  return [
    `${title ?? "Refused"} (HTTP ${status})`,
    ...(detail ? [String(detail)] : []),
    ...faults,
    ...(requestId ? [`Request ${requestId}`] : []),
  ].join("\n");
}

function readSeconds(text = String(DEFAULT_WAIT_SECONDS)): number {
  const seconds = Number(text);
  if (Number.isInteger(seconds) && seconds > 0 && seconds <= 3_600) return seconds;
  throw new CommandFailed("--wait-seconds is a whole number from 1 to 3600.");
}

async function waitForChecks(
  ask: () => Promise<Submission>,
  first: Submission,
  seconds: number,
): Promise<Submission> {
  const giveUpAt = Date.now() + seconds * 1_000;
  let submission = first;
  while (submission.state === "checking" && Date.now() < giveUpAt) {
    await delay(POLL_MS);
    submission = await ask();
  }
  return submission;
}

function describe(name: string, url: string, { state, grade, report, reviews = [] }: Submission): string[] {
  return [
    `${name}: ${STATES[state] ?? state}`,
    ...(grade ? [`grade  ${grade}`] : []),
    ...(report?.faults ?? []).map(({ detail }) => `  ✗ ${detail}`),
    ...reviews.flatMap(({ verdict, comment }) => (comment ? [`  ${verdict}: ${comment}`] : [])),
    `see    ${new URL("/marketplace", url).href}`,
  ];
}

const STATES: Record<string, string> = {
  checking: "handed in; the checks are running",
  refused: "refused",
  in_review: "passed the checks; an operator has to look at it",
  listed: "listed",
  withdrawn: "withdrawn",
};
