import type { InstallationHealth } from "#lib/api/client.ts";
import { formatNumber } from "#lib/format/numbers.ts";
import { m } from "#messages";

export type Process = InstallationHealth["processes"][number];
export type LedgerKind = NonNullable<InstallationHealth["ledger"]>["counts"][number]["kind"];

export interface Trouble {
  tone: "error" | "warning";
  text: string;
}

export const processName = ({ hostName, pid }: Pick<Process, "hostName" | "pid">): string =>
  `${hostName} · ${pid}`;

/** What is wrong with a process that still speaks; undefined where it is well. */
export type ProcessState = "well" | "degraded" | "hung" | "silent";

export function processState({ isSilent, hung, degraded }: Process): ProcessState {
  if (isSilent) return "silent";
  if (hung.length > 0) return "hung";
  return degraded.length > 0 ? "degraded" : "well";
}

/** What somebody has to see to, the worst first. */
export function troublesOf({ ledger, processes }: InstallationHealth): Trouble[] {
  const wrongCount = (ledger?.counts ?? []).reduce((sum, { count }) => sum + count, 0);
  const all: (Trouble | false)[] = [
    wrongCount > 0 && { tone: "error", text: m.health_trouble_ledger({ count: formatNumber(wrongCount) }) },
    ledger?.isLate === true && { tone: "error", text: m.health_trouble_late() },
    processes.every(({ isSilent }) => isSilent) && { tone: "error", text: m.health_trouble_nobody() },
    ...processes.flatMap(troublesOfProcess),
  ];
  const found = all.filter((one) => one !== false);
  return found.sort((a, b) => Number(a.tone !== "error") - Number(b.tone !== "error"));
}

/** A silent process says nothing that still counts. */
function troublesOfProcess(one: Process): Trouble[] {
  const process = processName(one);
  if (one.isSilent) return [{ tone: "warning", text: m.health_trouble_silent({ process }) }];
  const plugins = one.sandbox?.disabled ?? [];
  const all: (Trouble | false)[] = [
    one.hung.length > 0 && {
      tone: "error",
      text: m.health_trouble_hung({ process, loops: one.hung.join(m.list_separator()) }),
    },
    one.degraded.includes("queue") && { tone: "warning", text: m.health_trouble_queue({ process }) },
    plugins.length > 0 && {
      tone: "warning",
      text: m.health_trouble_plugins({ process, plugins: plugins.join(m.list_separator()) }),
    },
  ];
  return all.filter((trouble) => trouble !== false);
}
