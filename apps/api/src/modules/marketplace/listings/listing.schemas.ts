import { GRADES, type ScanFinding } from "@tidings/sdk/package";
import type { ConformanceCheck } from "@tidings/sdk/testing";
import { fields, z } from "../../../platform/http/index.ts";
import { Fault, toFault } from "../fault.schemas.ts";
import type { CheckReport as Report } from "../submissions/check-report.ts";
import type { ListedRow } from "./listing.repository.ts";
import { LABELS, LISTING_STATES } from "./listing.rules.ts";

export const version = z
  .string()
  .regex(/^[0-9A-Za-z.-]{1,64}$/, "Not a version.")
  .openapi({ example: "1.0.0" });

export const pluginName = z
  .string()
  .regex(/^[a-z0-9-]{1,60}$/, "Not the second part of a plugin's id.")
  .openapi({ example: "sms" });

const text = z.object({ zh: z.string(), en: z.string() }).openapi("LocalizedText");
type Text = z.infer<typeof text>;
export const grade = z.enum(GRADES);
export const label = z.enum(LABELS);
export const listingState = z.enum(LISTING_STATES);

const Check = z
  .object({
    name: z.string(),
    words: text,
    neededFor: grade.openapi({ description: "The lowest grade that needs it." }),
    ok: z.boolean(),
    problems: z.array(Fault),
  })
  .openapi("ConformanceCheck");

const Finding = Fault.extend({
  rule: z.string(),
  severity: z.enum(["refused", "warning"]),
  line: z.int(),
}).openapi("ScanFinding");

export const Grants = z
  .object({
    hosts: z.array(z.string()),
    settingsHosts: z.array(z.string()).openapi({ description: "Settings that say where else it may go." }),
    secrets: z.array(z.string()),
    abilities: z.array(z.string()),
  })
  .openapi("PluginGrants", { description: "What a plugin may reach and do." });

const GrantChange = z
  .object({ kind: z.enum(["hosts", "settingsHosts", "secrets", "abilities"]), value: z.string() })
  .openapi("PluginGrantChange");

const CheckReport = z
  .object({
    isStale: z.boolean().openapi({ description: "It is being checked again." }),
    checkedAt: fields.moment,
    faults: z.array(Fault).openapi({ description: "Why it cannot be listed." }),
    checks: z.array(Check),
    merits: z.array(Check),
    findings: z.array(Finding),
    grants: Grants,
    before: z
      .object({ version: z.string(), sha256: z.string() })
      .nullable()
      .openapi({ description: "The version that it was compared with." }),
    widening: z
      .array(GrantChange)
      .openapi({ description: "What it may and the one before may not; of a first version, all." }),
  })
  .openapi("CheckReport");

export const Listing = z
  .object({
    registry: z.object({
      id: fields.id("registry"),
      kind: z.enum(["own", "seed", "remote"]),
      name: z.string(),
    }),
    pluginId: z.string(),
    version: z.string(),
    name: text,
    kind: z.string(),
    kindName: text.openapi({ description: "What the plugin calls the kind." }),
    sha256: z.string(),
    state: listingState.openapi({
      description:
        "`checking` → `in_review` or `refused`; `in_review` → `listed` or `refused` → `withdrawn`.",
    }),
    grade: grade.nullable(),
    labels: z.array(label),
    submittedAt: fields.moment,
    listedAt: fields.moment.nullable(),
  })
  .openapi("PluginListing");

export const ListingPage = fields.pageOf(Listing).openapi("PluginListingPage");

export const reportOf = CheckReport.nullable().openapi({
  description: "What the checks found; null while they run, and for what another registry has checked.",
});

export function toListing(row: ListedRow): z.infer<typeof Listing> {
  const manifest = row.manifest as { name: Text; kind: string; kindName: Text };
  return {
    registry: { id: row.registry.id, kind: row.registry.kind, name: row.registry.name },
    pluginId: row.pluginId,
    version: row.version,
    name: { zh: manifest.name.zh, en: manifest.name.en },
    kind: manifest.kind,
    kindName: { zh: manifest.kindName.zh, en: manifest.kindName.en },
    sha256: row.sha256,
    state: row.state,
    grade: GRADES.find((one) => one === row.grade) ?? null,
    labels: LABELS.filter((one) => row.labels.includes(one)),
    submittedAt: row.submittedAt.toISOString(),
    listedAt: row.listedAt?.toISOString() ?? null,
  };
}

/** A version that was never checked here, and is to be, has a report of one field. */
export function toReport(stored: Record<string, unknown> | null): z.infer<typeof CheckReport> | null {
  if (stored === null || !("checkedAt" in stored)) return null;
  const report = stored as unknown as Report;
  return {
    isStale: report.protocol === null,
    checkedAt: report.checkedAt,
    faults: report.faults.map(toFault),
    checks: (report.conformance?.checks ?? []).map(toCheck),
    merits: (report.conformance?.merits ?? []).map(toCheck),
    findings: report.findings.map(toFinding),
    grants: report.grants,
    before: report.before,
    widening: report.widening,
  };
}

const toCheck = ({ name, words, neededFor, ok, problems }: ConformanceCheck): z.infer<typeof Check> => ({
  name,
  words,
  neededFor,
  ok,
  problems: problems.map(toFault),
});

const toFinding = ({ rule, severity, line, ...fault }: ScanFinding): z.infer<typeof Finding> => ({
  ...toFault(fault),
  rule,
  severity,
  line,
});
