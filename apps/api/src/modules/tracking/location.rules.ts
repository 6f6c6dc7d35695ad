const NOT_PRINTABLE_ASCII = /[^\x21-\x7e]+/g;

/**
 * A URL as a header can carry it: byte for byte, except that what is no printable ASCII is written in percent form, as
 * browsers do when they follow a link.
 */
export const toLocation = (url: string): string =>
  url.replace(NOT_PRINTABLE_ASCII, (text) =>
    [...Buffer.from(text)].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`).join(""),
  );
