import { m } from "#messages";
import type { AudienceFile } from "../../api/client.ts";

type BadRow = AudienceFile["badRows"][number];

const reasons: Record<BadRow["code"], () => string> = {
  no_recipient: m.compose_bad_no_recipient,
  not_an_address: m.compose_bad_not_an_address,
  not_a_user_id: m.compose_bad_not_a_user_id,
  too_many_cells: m.compose_bad_too_many_cells,
  too_long: m.compose_bad_too_long,
  forbidden_character: m.compose_bad_forbidden_character,
};

/** Why a row of a file is left out: 内容太长（amount 列）. */
export function badRowText({ code, column }: BadRow): string {
  const reason = reasons[code]();
  return column === undefined ? reason : m.compose_file_reason_in({ reason, column });
}
