/** However many tenants are expected, the others are looked for as often, ms. */
export const LOOK_MS = 250;

export interface Expectations {
  /** The tenant has something to do: the next round need not look for it. */
  expect(tenantId: string): void;
  /** The tenants that are expected, once; undefined when all are to be looked for. */
  take(): string[] | undefined;
}

/** What a loop has been told of since it looked at all tenants last. */
export function createExpectations(): Expectations {
  const expected = new Set<string>();
  let lookedAt = Number.NEGATIVE_INFINITY;
  return {
    expect: (tenantId) => void expected.add(tenantId),
    take() {
      const tenantIds = [...expected];
      expected.clear();
      const now = performance.now();
      if (tenantIds.length > 0 && now - lookedAt < LOOK_MS) return tenantIds;
      lookedAt = now;
      return undefined;
    },
  };
}
