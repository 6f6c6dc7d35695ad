/** What operators, and other registries, say of a listing. */
export const LABELS = ["verified", "deprecated", "vulnerable", "malicious"] as const;
export type Label = (typeof LABELS)[number];

export const LISTING_STATES = ["checking", "refused", "in_review", "listed", "withdrawn"] as const;
export type ListingState = (typeof LISTING_STATES)[number];

/** Why a listed version cannot be installed. */
export const OBSTACLES = ["blocked", "malicious", "grade", "release_age", "allow_list"] as const;
export type ObstacleCode = (typeof OBSTACLES)[number];

export interface Obstacle {
  code: ObstacleCode;
  /** In English, for whoever calls the API. */
  detail: string;
  /** Why it was blocked, in the words of who did it. */
  reason?: string;
  /** When it ends by itself. */
  until?: Date;
}

/** What a version is judged by. */
export interface JudgedListing {
  registryKind: "own" | "seed" | "remote";
  grade: string | null;
  labels: readonly string[];
  listedAt: Date | null;
  /** Why nobody may run it. */
  block: { reason: string } | null;
  /** Whether the operator has allowed the tenant this plugin. */
  isAllowed: boolean;
}

export interface JudgingPolicy {
  grades: readonly string[];
  minimumReleaseAgeHours: number;
  allowListOnly: boolean;
}

const HOUR_MS = 3_600_000;

/** What keeps a tenant from installing a listed version; nothing where it may. */
export function obstaclesOf(listing: JudgedListing, policy: JudgingPolicy, now: Date): Obstacle[] {
  const found: Obstacle[] = [];
  if (listing.block) {
    const { reason } = listing.block;
    found.push({ code: "blocked", detail: `It is blocked: ${reason}`, reason });
  }
  if (listing.labels.includes("malicious")) {
    found.push({ code: "malicious", detail: "It is labelled malicious." });
  }
  if (!policy.grades.includes(listing.grade ?? "")) {
    const grade = listing.grade ?? "none";
    found.push({ code: "grade", detail: `Its grade is ${grade}; allowed are ${policy.grades.join(", ")}.` });
  }
  const until = installableFrom(listing, policy);
  if (until && until > now) {
    const hours = policy.minimumReleaseAgeHours;
    found.push({
      code: "release_age",
      detail: `It may be installed ${hours} hours after its release.`,
      until,
    });
  }
  if (policy.allowListOnly && !listing.isAllowed) {
    found.push({ code: "allow_list", detail: "The operator has not allowed this tenant the plugin." });
  }
  return found;
}

/** What ships with the installation was released with it. */
function installableFrom(listing: JudgedListing, policy: JudgingPolicy): Date | undefined {
  if (listing.registryKind === "seed" || listing.listedAt === null) return undefined;
  return new Date(listing.listedAt.getTime() + policy.minimumReleaseAgeHours * HOUR_MS);
}
