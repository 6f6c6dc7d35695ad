import { createInflateRaw } from "node:zlib";
import { payloadTooLarge } from "../errors.ts";
import { unreadable } from "./limits.ts";

const END_OF_DIRECTORY = 0x06054b50;
const DIRECTORY_ENTRY = 0x02014b50;
/** The end record, and the longest comment that may stand behind it. */
const END_SEARCH_BYTES = 22 + 0xffff;
const MAX_ENTRIES = 2_000;

/** A file in an archive: its bytes as they stand there. */
export interface ZipEntry {
  isDeflated: boolean;
  packed: Buffer;
}

/** The archive's files by name. Sizes that the directory declares are not believed. */
export function readZip(bytes: Buffer): Map<string, ZipEntry> {
  try {
    return readDirectory(bytes);
  } catch (error) {
    if (error instanceof RangeError) throw notAWorkbook();
    throw error;
  }
}

function readDirectory(bytes: Buffer): Map<string, ZipEntry> {
  const end = findEnd(bytes);
  const entryCount = bytes.readUInt16LE(end + 10);
  if (entryCount > MAX_ENTRIES) throw notAWorkbook();
  const entries = new Map<string, ZipEntry>();
  let at = bytes.readUInt32LE(end + 16);
  for (let index = 0; index < entryCount; index++) {
    if (bytes.readUInt32LE(at) !== DIRECTORY_ENTRY) throw notAWorkbook();
    const nameLength = bytes.readUInt16LE(at + 28);
    const name = bytes.toString("utf8", at + 46, at + 46 + nameLength);
    entries.set(name, readEntry(bytes, at));
    at += 46 + nameLength + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32);
  }
  return entries;
}

function findEnd(bytes: Buffer): number {
  const from = Math.max(0, bytes.length - END_SEARCH_BYTES);
  for (let at = bytes.length - 22; at >= from; at--) {
    if (bytes.readUInt32LE(at) === END_OF_DIRECTORY) return at;
  }
  throw notAWorkbook();
}

function readEntry(bytes: Buffer, at: number): ZipEntry {
  const isEncrypted = (bytes.readUInt16LE(at + 8) & 1) === 1;
  const method = bytes.readUInt16LE(at + 10);
  if (isEncrypted || (method !== 0 && method !== 8)) throw notAWorkbook();
  const header = bytes.readUInt32LE(at + 42);
  const start = header + 30 + bytes.readUInt16LE(header + 26) + bytes.readUInt16LE(header + 28);
  return { isDeflated: method === 8, packed: bytes.subarray(start, start + bytes.readUInt32LE(at + 20)) };
}

/** Unpacks an entry bit by bit, and no more of it than `maxBytes`. */
export async function* unpack({ isDeflated, packed }: ZipEntry, maxBytes: number): AsyncGenerator<Buffer> {
  const parts: AsyncIterable<Buffer> = isDeflated ? inflate(packed) : onePart(packed);
  let sizeBytes = 0;
  try {
    for await (const part of parts) {
      sizeBytes += part.byteLength;
      if (sizeBytes > maxBytes)
        throw payloadTooLarge(`A part of the workbook unpacks to more than ${maxBytes} bytes.`);
      yield part;
    }
  } catch (error) {
    if (error instanceof Error && "code" in error && String(error.code).startsWith("Z_"))
      throw notAWorkbook();
    throw error;
  }
}

function inflate(packed: Buffer): AsyncIterable<Buffer> {
  const stream = createInflateRaw();
  stream.end(packed);
  return stream;
}

async function* onePart(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
}

export const notAWorkbook = () =>
  unreadable(
    "This is not an Excel workbook (.xlsx) that can be read. Save it again as .xlsx without a password.",
  );
