/** Orders semantic versions: negative when the first is the lower one. Build metadata does not occur. */
export function compareVersions(one: string, other: string): number {
  const [a, b] = [split(one), split(other)];
  return compareLists(a.numbers, b.numbers) || comparePreReleases(a.preRelease, b.preRelease);
}

interface Parts {
  numbers: string[];
  preRelease: string[];
}

function split(version: string): Parts {
  const dash = version.indexOf("-");
  const [core, tail] = dash < 0 ? [version, ""] : [version.slice(0, dash), version.slice(dash + 1)];
  return { numbers: core.split("."), preRelease: tail === "" ? [] : tail.split(".") };
}

/** Without a pre-release is higher than with one. */
function comparePreReleases(a: string[], b: string[]): number {
  if (a.length === 0 || b.length === 0) return b.length - a.length;
  return compareLists(a, b);
}

function compareLists(a: string[], b: string[]): number {
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const [left, right] = [a[i], b[i]];
    if (left === undefined || right === undefined) return left === undefined ? -1 : 1;
    const order = compareParts(left, right);
    if (order !== 0) return order;
  }
  return 0;
}

/** Numbers by value and below words; of any length, so compared as texts without leading zeros. */
function compareParts(left: string, right: string): number {
  const [isLeft, isRight] = [/^\d+$/.test(left), /^\d+$/.test(right)];
  if (isLeft !== isRight) return isLeft ? -1 : 1;
  if (!isLeft) return compareTexts(left, right);
  const [a, b] = [left.replace(/^0+(?=\d)/, ""), right.replace(/^0+(?=\d)/, "")];
  return a.length - b.length || compareTexts(a, b);
}

const compareTexts = (a: string, b: string): number => (a === b ? 0 : a < b ? -1 : 1);

/** The highest of some versions. */
export function latestOf<Item extends { version: string }>(items: readonly Item[]): Item | undefined {
  return items.reduce<Item | undefined>(
    (best, item) => (best === undefined || compareVersions(item.version, best.version) > 0 ? item : best),
    undefined,
  );
}
