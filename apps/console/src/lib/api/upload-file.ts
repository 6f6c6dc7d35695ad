import type { AudienceFile } from "./client.ts";
import { NetworkError, ProblemError } from "./problem.ts";

export const FILE_TYPES: Record<string, string> = {
  csv: "text/csv",
  xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
};

/** The type of a file by the end of its name; undefined for one that is not taken. */
export const fileType = (name: string): string | undefined =>
  FILE_TYPES[name.split(".").pop()?.toLowerCase() ?? ""];

/** Uploads a list of recipients; `fetch` cannot tell how far it is, so this one call does not go through the client. */
export function uploadFile(
  file: File,
  kind: string,
  onprogress: (sentBytes: number) => void,
  signal: AbortSignal,
): Promise<AudienceFile> {
  const query = new URLSearchParams({ name: file.name, ...(kind ? { kind } : {}) });
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", `/v1/audience-files?${query}`);
    request.setRequestHeader("Content-Type", fileType(file.name) ?? "application/octet-stream");
    request.setRequestHeader("X-Tidings-Console", "1");
    request.responseType = "json";
    request.upload.onprogress = ({ loaded }) => onprogress(loaded);
    request.onload = () => {
      if (request.status === 201) resolve(request.response as AudienceFile);
      else reject(toError(request));
    };
    request.onerror = () => reject(new NetworkError(new Error("the upload broke off")));
    signal.addEventListener("abort", () => request.abort());
    request.onabort = () => reject(signal.reason);
    request.send(file);
  });
}

const toError = ({ response, status }: XMLHttpRequest) =>
  response?.code ? new ProblemError(response) : new Error(`the upload was answered with ${status}`);
