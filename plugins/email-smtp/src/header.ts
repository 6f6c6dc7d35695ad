const PLAIN_MAX_LENGTH = 60;
/** Bytes per encoded word: 48 characters of Base64, so that a line stays within the 76 of RFC 2047. */
const ENCODED_WORD_BYTES = 36;

/** Writes a free text as a header value; what would end the header becomes a space. */
export function writeHeaderText(text: string): string {
  const line = toOneLine(text);
  return isPlain(line) ? line : encodeWords(line);
}

/** Writes a mailbox, `"Name" <address>`. */
export function writeMailbox(address: string, name: string): string {
  const line = toOneLine(name);
  if (line === "") return `<${address}>`;
  const phrase = isPlain(line) ? `"${line.replace(/["\\]/g, "\\$&")}"` : encodeWords(line);
  return `${phrase} <${address}>`;
}

function toOneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ").trim();
}

// Short enough never to need folding, and not to be mistaken for an encoded word.
function isPlain(line: string): boolean {
  return line.length <= PLAIN_MAX_LENGTH && /^[\x20-\x7e]*$/.test(line) && !line.includes("=?");
}

// RFC 2047, section 5: a word must not split a character, and words are separated by folding white space.
function encodeWords(line: string): string {
  const words: string[] = [];
  let word = "";
  for (const char of line) {
    if (Buffer.byteLength(word + char) > ENCODED_WORD_BYTES) {
      words.push(word);
      word = "";
    }
    word += char;
  }
  words.push(word);
  return words.map((text) => `=?UTF-8?B?${Buffer.from(text).toString("base64")}?=`).join("\r\n ");
}
