import { unreadable } from "./limits.ts";

interface TextReader {
  push(bytes: Uint8Array): string;
  end(): string;
}

/**
 * Bytes to text. Without a charset it is UTF-8 where the first bytes beyond ASCII are valid UTF-8, and else GB18030,
 * which Excel writes in China. ASCII means the same in both, so nothing has to be decided before.
 */
export function createTextReader(charset: string | undefined): TextReader {
  let decoder = charset === undefined ? undefined : decoderOf(charset);

  return {
    push(bytes) {
      if (!decoder && !bytes.some((byte) => byte > 0x7f)) return Buffer.from(bytes).toString("latin1");
      decoder ??= new TextDecoder(isUtf8(bytes) ? "utf-8" : "gb18030", { fatal: true });
      return decode(decoder, bytes);
    },
    end: () => (decoder ? decode(decoder) : ""),
  };
}

function decoderOf(charset: string): TextDecoder {
  const name = { gbk: "gb18030", gb2312: "gb18030" }[charset.toLowerCase()] ?? charset;
  try {
    return new TextDecoder(name, { fatal: true });
  } catch {
    throw unreadable(`There is no charset "${charset.slice(0, 40)}"; use utf-8 or gb18030.`);
  }
}

function decode(decoder: TextDecoder, bytes?: Uint8Array): string {
  try {
    return bytes ? decoder.decode(bytes, { stream: true }) : decoder.decode();
  } catch {
    throw unreadable(
      `The file is not text in ${decoder.encoding}. Save it as CSV UTF-8, or name its charset in the Content-Type.`,
    );
  }
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    // A character may be cut by the end of these bytes.
    new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: true });
    return true;
  } catch {
    return false;
  }
}
