/** What a package may hold. Sizes in bytes. */
export const PACKAGE_LIMITS = {
  archive: 512 * 1024,
  /** The archive unpacked, headers included. */
  unpacked: 4 * 1024 * 1024,
  files: 30,
} as const;

interface KnownFile {
  path: RegExp;
  /** Bytes. */
  limit: number;
}

const KNOWN_FILES: KnownFile[] = [
  { path: /^channel\.json$/, limit: 128 * 1024 },
  { path: /^plugin\.js$/, limit: 1024 * 1024 },
  { path: /^sample\.json$/, limit: 32 * 1024 },
  { path: /^README\.md$/, limit: 64 * 1024 },
  { path: /^icon\.svg$/, limit: 32 * 1024 },
  { path: /^vectors\/[a-z0-9][a-z0-9-]{0,59}\.json$/, limit: 1024 * 1024 },
];

/** How many bytes a file of this path may have; undefined where no package has such a file. */
export function limitOf(path: string): number | undefined {
  return KNOWN_FILES.find((file) => file.path.test(path))?.limit;
}
