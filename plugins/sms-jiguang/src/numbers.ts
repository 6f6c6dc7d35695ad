const MAINLAND_NUMBER = /^(?:\+86)?(1[3-9]\d{9})$/;

/** Reads a mainland mobile number; the vendor takes and reports the bare eleven digits. */
export const readNumber = (address: string): string | undefined => MAINLAND_NUMBER.exec(address)?.[1];
