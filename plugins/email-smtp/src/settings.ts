import type { NativeOpenInput } from "@tidings/sdk/plugin";

type Encryption = "none" | "starttls" | "tls";

/** The mailbox that undeliverable mail is returned to. */
export interface MailboxSettings {
  host: string;
  port: number;
  encryption: Encryption;
  user: string;
  pass: string;
}

export interface SmtpSettings {
  host: string;
  port: number;
  encryption: Encryption;
  credentials?: { user: string; pass: string };
  from: { address: string; name: string; domain: string };
  replyTo?: string;
  /** Where undeliverable mail goes to: the sender's address unless set. */
  returnPath: { address: string; isTagged: boolean };
  returns?: MailboxSettings;
}

/** The settings by their names in the manifest, which the host has checked against its schema. */
export function readSettings({
  settings,
  secrets,
}: Pick<NativeOpenInput, "settings" | "secrets">): SmtpSettings {
  const address = String(settings.fromAddress);
  return {
    host: String(settings.host),
    port: Number(settings.port),
    encryption: settings.encryption as Encryption,
    ...(settings.username && {
      credentials: { user: String(settings.username), pass: secrets.password ?? "" },
    }),
    from: {
      address,
      name: String(settings.fromName ?? ""),
      domain: address.slice(address.lastIndexOf("@") + 1),
    },
    ...(settings.replyTo && { replyTo: String(settings.replyTo) }),
    returnPath: {
      address: String(settings.returnPath || address),
      isTagged: settings.returnPathTag === "plus",
    },
    ...(settings.returns === "imap" && {
      returns: {
        host: String(settings.returnsHost),
        port: Number(settings.returnsPort),
        encryption: (settings.returnsEncryption ?? "tls") as Encryption,
        user: String(settings.returnsUsername),
        pass: secrets.returnsPassword ?? "",
      },
    }),
  };
}

const LOCAL_PART_MAX_LENGTH = 64;

/** The address that a mail with this mark is returned to; without the mark where there is no room for it. */
export function returnAddress({ returnPath }: SmtpSettings, mark: string): string {
  const { address, isTagged } = returnPath;
  const at = address.lastIndexOf("@");
  const local = `${address.slice(0, at)}+${mark}`;
  return isTagged && local.length <= LOCAL_PART_MAX_LENGTH ? `${local}${address.slice(at)}` : address;
}
