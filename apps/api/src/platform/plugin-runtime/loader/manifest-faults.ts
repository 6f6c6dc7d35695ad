import { defineFaults, definePlaces } from "@tidings/sdk/package";

/** What this host has against a manifest that is valid by its schema. */
export const manifestFault = defineFaults({
  protocol_other: "it speaks protocol {protocol}, this host {own}",
  required_setting_missing: 'settings requires "{name}", which is no property',
  secret_no_text: 'the secret "{name}" is not a string',
  host_odd: 'hosts has "{name}", which is no host name',
  host_setting_odd: 'hosts uses "{name}", which is no text setting',
  window_missing: "idempotency needs windowSeconds",
  suppressed_wordless: 'suppresses has "{name}", which has no words in errors',
  pull_needs_query: "pulled receipts need query",
  pull_needs_interval: "pulled receipts need receipts.pollSeconds",
  collect_not_native: "collect is for native plugins",
  collect_without_choice: 'collect.when names "{name}", which has no such choices',
  authentication_without_pushes: "receipts.authentication is for pushed receipts",
  authentication_secret_open: 'receipts.authentication uses "{name}", which is no secret setting',
  authentication_receiver_odd: 'receipts.authentication uses "{name}", which is no open text setting',
  billing_field_unknown: 'billing counts "{name}", which is no field of the content',
  billing_multi_more: "billing.multi is more than billing.single",
  billing_setting_odd: 'billing adds "{name}", which is no open text setting',
  uses_not_native: "uses is for plugins of level native",
  host_receipts_without_uses: "receipts of the host need uses",

  auth_secret_open: 'uses "{name}", which is no secret setting',
  auth_secret_shown: 'uses "{name}", which is no open setting',
  auth_setting_unknown: 'uses "{name}", which is no setting',
  auth_named_by_secret: 'is named by "{name}", which is no open setting',
  auth_token_outlived: "uses its token for longer than it lives",
  auth_signature_nowhere: "carries its signature nowhere",
  auth_assertion_nowhere: "signs an assertion and carries it nowhere",
  auth_placeholder_unknown: 'uses "{name}", which stands for nothing there',
  auth_two_bodies: "has a form and a JSON body",
  auth_body_with_get: "has a body with GET",
  auth_of_token: 'is authenticated by "{name}", which is no scheme without a token',
  auth_member_of_open: 'reads "{member}" in "{name}", which is no secret',
  auth_secret_in_address: "has a secret in its address",
  auth_host_unlisted: "asks a host that is not among hosts",
});

export const manifestPlace = definePlaces({ in_auth: 'auth "{name}"' });
