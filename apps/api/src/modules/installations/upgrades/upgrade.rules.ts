import { type GrantChange, type Grants, widening } from "@tidings/sdk/package";

export const UPGRADE_STEPS = ["patch", "minor", "major"] as const;
/** How far apart two versions are, by the number of them that differs first. */
export type UpgradeStep = (typeof UPGRADE_STEPS)[number];

export const AUTOMATIC_UPGRADES = ["none", "patch", "minor"] as const;
export type AutomaticUpgrades = (typeof AUTOMATIC_UPGRADES)[number];

const numbersOf = (version: string) => version.split("-", 1)[0]?.split(".") ?? [];

export function stepBetween(before: string, after: string): UpgradeStep {
  const [old, next] = [numbersOf(before), numbersOf(after)];
  if (old[0] !== next[0]) return "major";
  return old[1] === next[1] ? "patch" : "minor";
}

export const isPreRelease = (version: string): boolean => version.includes("-");

/** What an upgrade changes for the tenant. */
export interface UpgradeChange {
  step: UpgradeStep;
  /** What the new version may and the one before may not. */
  widening: GrantChange[];
  /** It waits until somebody has agreed to what the new version may do. */
  needsConsent: boolean;
}

/** `before.grants` are those that the tenant agreed to. */
export function changeOf(
  before: { version: string; grants: Grants },
  after: { version: string; grants: Grants },
): UpgradeChange {
  const step = stepBetween(before.version, after.version);
  const wider = widening(before.grants, after.grants);
  return { step, widening: wider, needsConsent: step === "major" || wider.length > 0 };
}

/** Whether the tenant wants such an upgrade without being asked. */
export const isAutomatic = (mode: AutomaticUpgrades, { step, needsConsent }: UpgradeChange): boolean =>
  !needsConsent && (mode === "minor" || (mode === "patch" && step === "patch"));
