/** How much is sent, and for how long things break. */
export interface Profile {
  tenants: number;
  /** Groups of users of a tenant; each message of a wave goes to one of them. */
  groups: number;
  groupSize: number;
  /** Waves of broadcasts; in each, every tenant sends over every channel, and some with a fallback. */
  waves: number;
  waveEveryMs: number;
  /** Single messages of all tenants together. */
  singles: number;
  /** Faults go on for this long; the load is spread over it. */
  faultMs: number;
  /** How long after the faults everything must be over. */
  drainMs: number;
  /** Recipients of the naive sender's list. */
  naive: number;
}

export const PROFILES = {
  /** For every build: every fault at least once, on both backends, in less than five minutes. */
  ci: {
    tenants: 2,
    groups: 2,
    groupSize: 100,
    waves: 4,
    waveEveryMs: 9_000,
    singles: 80,
    faultMs: 45_000,
    drainMs: 150_000,
    naive: 400,
  },
  /** 20,000 deliveries. */
  quick: {
    tenants: 3,
    groups: 4,
    groupSize: 350,
    waves: 8,
    waveEveryMs: 12_000,
    singles: 200,
    faultMs: 105_000,
    drainMs: 240_000,
    naive: 1_000,
  },
  /** Before a release. */
  full: {
    tenants: 6,
    groups: 4,
    groupSize: 500,
    waves: 30,
    waveEveryMs: 18_000,
    singles: 2_000,
    faultMs: 600_000,
    drainMs: 600_000,
    naive: 2_000,
  },
} satisfies Record<string, Profile>;
