import { judge, type Verdict } from "./checker/verdict.ts";
import { drain, type Rest } from "./drain.ts";
import { collectEvidence } from "./evidence.ts";
import type { FaultName } from "./faults/faults.ts";
import { strikeUntil } from "./faults/schedule.ts";
import { sendLoad } from "./load/load.ts";
import { planLoad } from "./load/plan.ts";
import type { Profile } from "./profiles.ts";
import { Random } from "./random.ts";
import { type Backend, type Stage, setStage } from "./stage/stage.ts";

export interface RunOptions {
  backend: Backend;
  profile: Profile;
  faults: readonly FaultName[];
  seed: number;
  keep: boolean;
  report(line: string): void;
}

export interface ProductResult {
  backend: Backend;
  seconds: number;
  verdict: Verdict;
  strikes: Record<string, number>;
  /** Processes of the product that ended although nobody killed them. */
  ownEnds: number;
  /** Requests that were repeated because the server was away. */
  repeats: number;
  /** Answers that no caller expects. */
  surprises: string[];
  /** What was still under way when time was up. */
  rest: Rest;
  folder?: string;
}

const VENDOR_FAULT_SHARE = 0.12;
const REPORT_EVERY_MS = 10_000;

/** Sets the stage, sends while things break, waits until all is over, and judges. */
export async function runProduct(options: RunOptions): Promise<ProductResult> {
  const { backend, profile, faults, seed, report } = options;
  const startedAt = performance.now();
  report(`${backend}: starting PostgreSQL, vendor and server`);
  const vendorFaultShare = faults.includes("vendor") ? VENDOR_FAULT_SHARE : 0;
  const stage = await setStage({ backend, profile, seed, vendorFaultShare, keep: options.keep });
  try {
    const { load, strikes } = await breakAndSend(stage, options);
    report(`${backend}: ${load.accepted.length} messages accepted; waiting for the end`);
    stage.vendor.order({ faultShare: 0 });
    const rest = await drain(stage, profile.drainMs, everySoOften(backend, report));
    const evidence = await collectEvidence(stage, load.accepted);
    return {
      backend,
      seconds: Math.round((performance.now() - startedAt) / 1000),
      verdict: judge(evidence),
      strikes,
      ownEnds: [stage.api, ...stage.workers].reduce((sum, { ownEnds }) => sum + ownEnds, 0),
      repeats: load.repeats,
      surprises: load.surprises,
      rest,
      ...(options.keep && { folder: stage.folder }),
    };
  } finally {
    await stage.close();
  }
}

async function breakAndSend(stage: Stage, { profile, faults, seed }: RunOptions) {
  const orders = planLoad(profile, stage.seeded.tenants, new Random(seed));
  const giveUpAt = performance.now() + profile.faultMs + profile.drainMs;
  const isOver = () => performance.now() > giveUpAt;
  const [load, { strikes }] = await Promise.all([
    sendLoad(stage.publicUrl, orders, isOver),
    strikeUntil(stage, faults, { seed, forMs: profile.faultMs }),
  ]);
  return { load, strikes };
}

function everySoOften(backend: Backend, report: (line: string) => void): (rest: Rest) => void {
  let reportedAt = 0;
  return ({ open, receipts, messages }) => {
    if (performance.now() - reportedAt < REPORT_EVERY_MS) return;
    reportedAt = performance.now();
    report(`${backend}: ${open} under way, ${receipts} receipts, ${messages} messages not over`);
  };
}
