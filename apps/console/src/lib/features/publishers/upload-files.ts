import type { CreateSubmission } from "#lib/api/client.ts";
import { m } from "#messages";

type Envelope = CreateSubmission["envelope"];

const MAX_ARCHIVE = 512 * 1024;
/** A signature file has a few kilobytes; what is larger is something else. */
const MAX_ENVELOPE = 64 * 1024;
/** `String.fromCharCode` takes its bytes as arguments, of which there cannot be too many. */
const PIECE = 8_192;

export function archiveFault(file: File | undefined): string | undefined {
  if (!file) return m.field_required();
  return file.size > MAX_ARCHIVE ? m.publishers_upload_too_large() : undefined;
}

/** The archive as the API takes it, in base64. */
export async function readArchive(file: File): Promise<string> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let binary = "";
  for (let at = 0; at < bytes.length; at += PIECE) {
    binary += String.fromCharCode(...bytes.subarray(at, at + PIECE));
  }
  return btoa(binary);
}

/** What a signature file holds; undefined for a file of another kind. The API looks at the rest. */
export async function readEnvelope(file: File): Promise<Envelope | undefined> {
  if (file.size > MAX_ENVELOPE) return undefined;
  try {
    const value: unknown = JSON.parse(await file.text());
    return isEnvelope(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

const isEnvelope = (value: unknown): value is Envelope =>
  typeof value === "object" && value !== null && "payload" in value && "signatures" in value;
