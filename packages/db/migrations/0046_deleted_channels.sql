CREATE TABLE "deleted_channels" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"kind" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "deleted_channels_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
ALTER TABLE "quiet_hours" ADD COLUMN "release_user_ids" uuid[];--> statement-breakpoint
ALTER TABLE "tenants" ADD COLUMN "user_deleted_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "deleted_channels" ADD CONSTRAINT "deleted_channels_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE no action ON UPDATE no action;
--> statement-breakpoint
select fence_tenant_table('deleted_channels');
--> statement-breakpoint
-- Who deletes a channel writes its kind down; who judges caps reads it.
grant select, insert on deleted_channels to tidings_api, tidings_worker;
