CREATE TABLE "publisher_invitations" (
	"id" uuid PRIMARY KEY NOT NULL,
	"publisher_id" uuid NOT NULL,
	"email" text NOT NULL,
	"invited_by" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "publisher_invitations_publisher_id_email_unique" UNIQUE("publisher_id","email")
);
--> statement-breakpoint
ALTER TABLE "publisher_accounts" ADD COLUMN "created_at" timestamp (3) with time zone DEFAULT now() NOT NULL;--> statement-breakpoint
ALTER TABLE "publisher_invitations" ADD CONSTRAINT "publisher_invitations_publisher_id_publishers_id_fk" FOREIGN KEY ("publisher_id") REFERENCES "public"."publishers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "publisher_invitations_email_index" ON "publisher_invitations" USING btree ("email");--> statement-breakpoint

-- Invitations are the API's, as all about publishers is.
grant select, insert, update, delete on publisher_invitations to tidings_api;
--> statement-breakpoint

-- From which registry what runs has come; nothing else of a listing.
grant select (registry_id, plugin_id, sha256) on plugin_listings to tidings_dispatch;
--> statement-breakpoint

-- What is wrong is kept as codes with what they name. The next synchronisation, five minutes away at most, says it anew.
ALTER TABLE "registries" DROP COLUMN "failure";--> statement-breakpoint
ALTER TABLE "registries" ADD COLUMN "failure" jsonb;--> statement-breakpoint

-- Versions in use are checked again, and have no report until then.
update plugin_listings set report = '{"protocol": null}'
  where report is not null and state in ('listed', 'in_review');
--> statement-breakpoint

-- What is over is not: why it was refused stays, in the words in which it was written down.
update plugin_listings
  set report = report || jsonb_build_object(
    'conformance', null,
    'findings', '[]'::jsonb,
    'faults', (
      select coalesce(
        jsonb_agg(jsonb_build_object('code', 'as_written', 'params', jsonb_build_object('text', said), 'at', '[]'::jsonb, 'detail', said)),
        '[]'::jsonb)
      from jsonb_array_elements_text(report -> 'faults') as said
    )
  )
  where report ? 'checkedAt' and state in ('refused', 'withdrawn');
