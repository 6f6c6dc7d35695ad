/** FNV-1a, with one of four beginnings and a last stir so that the four differ in all their bits. */
function hash(text: string, basis: number): number {
  let value = basis;
  for (let index = 0; index < text.length; index += 1) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  }
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}

const BASES = [0x811c9dc5, 0x1b873593, 0xcc9e2d51, 0x9e3779b9];

/**
 * The vendor's id of a notification: a UUID of version 8 (RFC 9562) worked out from the ref, so that the vendor's log and
 * ours can be laid beside each other. It names and protects nothing.
 */
export function notificationId(ref: string): string {
  const digits = BASES.map((basis) => hash(ref, basis).toString(16).padStart(8, "0")).join("");
  const variant = ((Number.parseInt(digits.charAt(16), 16) & 0x3) | 0x8).toString(16);
  return [
    digits.slice(0, 8),
    digits.slice(8, 12),
    `8${digits.slice(13, 16)}`,
    `${variant}${digits.slice(17, 20)}`,
    digits.slice(20),
  ].join("-");
}
