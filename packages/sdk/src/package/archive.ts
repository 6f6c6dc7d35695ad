import { promisify } from "node:util";
import { gunzip, gzipSync } from "node:zlib";
import { Header, Parser, type ReadEntry } from "tar";
import { type Fault, fault } from "../faults/index.ts";
import { limitOf, PACKAGE_LIMITS } from "./limits.ts";
import { PackageRefused } from "./refused.ts";

const BLOCK = 512;
const GZIP_OS_OFFSET = 9;
/** "Unknown": zlib writes the system it runs on here, and the same folder has to give the same bytes everywhere. */
const GZIP_OS_UNKNOWN = 255;

/** Puts files into a tar.gz that has nothing in it but their names and contents. */
export function writeArchive(files: ReadonlyMap<string, Uint8Array>): Uint8Array {
  const entries = [...files].sort(([one], [other]) => (one < other ? -1 : 1));
  const tar = Buffer.concat([
    ...entries.flatMap(([path, bytes]) => [makeHeader(path, bytes.length), bytes, padding(bytes.length)]),
    Buffer.alloc(2 * BLOCK),
  ]);
  const archive = gzipSync(tar, { level: 9 });
  archive[GZIP_OS_OFFSET] = GZIP_OS_UNKNOWN;
  return archive;
}

function makeHeader(path: string, size: number): Buffer {
  const block = Buffer.alloc(BLOCK);
  const header = new Header({ path, size, type: "File", mode: 0o644, uid: 0, gid: 0, mtime: new Date(0) });
  header.encode(block);
  return block;
}

const padding = (size: number) => Buffer.alloc((BLOCK - (size % BLOCK)) % BLOCK);

/**
 * The files of an archive by their paths. It touches no disk, and unpacks no more than {@link PACKAGE_LIMITS} says.
 *
 * @throws {PackageRefused} for what is no such archive, and for every entry that no package has
 */
export async function readArchive(archive: Uint8Array): Promise<Map<string, Uint8Array>> {
  if (archive.length > PACKAGE_LIMITS.archive) {
    throw new PackageRefused([
      fault("archive_too_large", { bytes: archive.length, limit: PACKAGE_LIMITS.archive }),
    ]);
  }
  const entries = await readEntries(await unpack(archive));
  const faults = [...entries.flatMap(findEntryFaults), ...findCountFaults(entries)];
  if (faults.length > 0) throw new PackageRefused(faults.slice(0, PACKAGE_LIMITS.files));
  return new Map(entries.map(({ path, bytes }) => [path, bytes]));
}

async function unpack(archive: Uint8Array): Promise<Buffer> {
  try {
    return await promisify(gunzip)(archive, { maxOutputLength: PACKAGE_LIMITS.unpacked });
  } catch (error) {
    const isTooLarge = error instanceof RangeError;
    throw new PackageRefused([
      isTooLarge ? fault("unpacked_too_large", { limit: PACKAGE_LIMITS.unpacked }) : fault("archive_no_gzip"),
    ]);
  }
}

interface Entry {
  path: string;
  type: string;
  bytes: Uint8Array;
}

async function readEntries(tar: Buffer): Promise<Entry[]> {
  // The parser would unpack once more what is packed twice, and that without a limit.
  if (!/^[A-Za-z]/.test(tar.toString("latin1", 0, 1))) throw new PackageRefused([fault("archive_no_tar")]);
  const entries: Promise<Entry>[] = [];
  await new Promise<void>((resolve, reject) => {
    const parser = new Parser({ strict: true, onReadEntry: (entry) => void entries.push(readEntry(entry)) });
    parser.on("end", resolve).on("error", (error: Error) => {
      reject(new PackageRefused([fault("archive_damaged", { error: error.message })]));
    });
    parser.end(tar);
  });
  return Promise.all(entries);
}

const readEntry = async (entry: ReadEntry): Promise<Entry> => ({
  path: entry.path,
  type: entry.type,
  bytes: await entry.concat(),
});

function findEntryFaults({ path, type, bytes }: Entry): Fault[] {
  const name = JSON.stringify(path.slice(0, 100));
  const limit = limitOf(path);
  if (limit === undefined) return [fault("file_unknown", { name })];
  if (type !== "File") return [fault("file_no_file", { name, type })];
  return bytes.length > limit ? [fault("file_too_large", { name, bytes: bytes.length, limit })] : [];
}

function findCountFaults(entries: Entry[]): Fault[] {
  const paths = entries.map(({ path }) => path);
  return [
    ...(paths.length > PACKAGE_LIMITS.files
      ? [fault("files_too_many", { count: paths.length, limit: PACKAGE_LIMITS.files })]
      : []),
    ...(new Set(paths).size < paths.length ? [fault("file_repeated")] : []),
  ];
}
