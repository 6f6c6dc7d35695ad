import { createClient } from "@tidings/sdk";
import { consoleFetch } from "./console-fetch.ts";

export type * from "@tidings/sdk";

/** The API of this origin, as the member who is signed in. One method for each operation. */
export const tidings = createClient({ baseUrl: "", credentials: "same-origin", fetch: consoleFetch });
