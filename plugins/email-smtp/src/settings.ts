import type { NativeOpenInput } from "@tidings/sdk/plugin";

export interface SmtpSettings {
  host: string;
  port: number;
  encryption: "none" | "starttls" | "tls";
  credentials?: { user: string; pass: string };
  from: { address: string; name: string; domain: string };
  replyTo?: string;
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
    encryption: settings.encryption as SmtpSettings["encryption"],
    ...(settings.username && {
      credentials: { user: String(settings.username), pass: secrets.password ?? "" },
    }),
    from: {
      address,
      name: String(settings.fromName ?? ""),
      domain: address.slice(address.lastIndexOf("@") + 1),
    },
    ...(settings.replyTo && { replyTo: String(settings.replyTo) }),
  };
}
