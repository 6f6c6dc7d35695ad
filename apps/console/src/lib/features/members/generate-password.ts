/** Without characters that are taken for each other when they are read out or copied by hand. */
const CHARACTERS = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKMNPQRSTUVWXYZ23456789";
const GENERATED_LENGTH = 16;

export function generatePassword(): string {
  const usable = 256 - (256 % CHARACTERS.length);
  let password = "";
  while (password.length < GENERATED_LENGTH)
    // Bytes beyond the last whole multiple would make some characters likelier than others.
    for (const byte of crypto.getRandomValues(new Uint8Array(GENERATED_LENGTH)))
      if (byte < usable && password.length < GENERATED_LENGTH)
        password += CHARACTERS.charAt(byte % CHARACTERS.length);
  return password;
}
