import type { KeyPair } from "@tidings/sdk/package";
import { startDesk } from "../../src/composition/marketplace.ts";
import {
  appointOperators,
  type Call,
  givenSchool,
  type Installation,
  mustSucceed,
  PASSWORD,
  type School,
  signIn,
  startInstallation,
  until,
} from "../harness/index.ts";
import { newKey, type PackageChange, signedBody } from "./acme.ts";

/** A hostile package takes the sandbox's patience. */
const CHECKED = { timeoutMs: 90_000 };

/** What is wrong, as it is told to whoever translates it. */
export interface FaultView {
  code: string;
  params: Record<string, string | number>;
  at: { code: string; params: Record<string, string | number> }[];
  detail: string;
}

/** A version as publisher and desk see it. */
export interface ListingView {
  pluginId: string;
  version: string;
  sha256: string;
  state: string;
  grade: string | null;
  labels: string[];
  registry: { id: string };
  report: {
    isStale: boolean;
    faults: FaultView[];
    findings: (FaultView & { rule: string; line: number })[];
    widening: object[];
    checks: { name: string; ok: boolean; problems: FaultView[] }[];
  } | null;
}

/** An installation with a desk that works, two operators, and Acme, whose key is registered. */
export interface DeskScene {
  installation: Installation;
  school: School;
  /** Members of another tenant than Acme's. */
  operators: [Call, Call];
  /** A member of the school, who acts for Acme. */
  acme: Call;
  key: KeyPair;
  /** Submits as Acme; throws where it is refused at once. */
  submit(change?: PackageChange): Promise<ListingView>;
  /** Waits until the checks of a version have come to an end. */
  checked(version: string, name?: string): Promise<ListingView>;
  /** Submits a version, waits for its checks and has one operator approve it. */
  list(change?: PackageChange): Promise<ListingView>;
  /** The path of a version at the desk. */
  pathOf(listing: ListingView): string;
  startDesk(): () => Promise<void>;
  stop(): Promise<void>;
}

export async function startDeskScene(options: { desk?: boolean } = {}): Promise<DeskScene> {
  const installation = await startInstallation({ engine: false });
  const school = await givenSchool(installation);
  const operations = await givenSchool(installation, "平台运营");
  await appointOperators(installation, operations.emails.owner, operations.emails.operator);
  const operators: [Call, Call] = [operations.owner, operations.operator];
  const acme = await signIn(installation, school.emails.operator, PASSWORD);
  const key = newKey();
  await mustSucceed(
    acme("POST", "/v1/publishers", { slug: "acme", name: "Acme", contact: "s@acme.example" }),
  );
  await mustSucceed(acme("POST", "/v1/publishers/acme/keys", { publicKey: key.publicKey }));
  const stops: (() => Promise<void>)[] = [];
  const startOne = () => {
    const stop = startDesk(installation.foundation, installation.http.desk);
    stops.push(stop);
    return stop;
  };
  if (options.desk !== false) startOne();

  const pathOf = ({ registry, pluginId, version }: ListingView) =>
    `/v1/operator/listings/${registry.id}/${pluginId}/${version}`;

  const submit = async (change: PackageChange = {}) =>
    mustSucceed<ListingView>(acme("POST", "/v1/publishers/acme/submissions", await signedBody(change, key)));

  const checked = async (version: string, name = "pigeon") => {
    const path = `/v1/publishers/acme/submissions/${name}/${version}`;
    const read = () => mustSucceed<ListingView>(acme("GET", path));
    await until(async () => {
      const { state, report } = await read();
      return state !== "checking" && report?.isStale === false;
    }, CHECKED);
    return read();
  };

  return {
    installation,
    school,
    operators,
    acme,
    key,
    submit,
    checked,
    async list(change = {}) {
      const { version } = await submit(change);
      const listing = await checked(version, change.manifest?.id?.split("/")[1]);
      return mustSucceed<ListingView>(
        operators[0]("POST", `${pathOf(listing)}/reviews`, { verdict: "approved" }),
      );
    },
    pathOf,
    startDesk: startOne,
    async stop() {
      for (const stop of stops) await stop();
      await installation.stop();
    },
  };
}
