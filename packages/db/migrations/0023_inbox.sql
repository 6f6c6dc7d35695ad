ALTER TYPE "public"."address_origin" ADD VALUE 'user';--> statement-breakpoint
CREATE TABLE "inbox_entries" (
	"tenant_id" uuid NOT NULL,
	"delivery_id" bigint NOT NULL,
	"channel_id" uuid NOT NULL,
	"message_id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	"title" text NOT NULL,
	"body" text NOT NULL,
	"link" text,
	"must_confirm" boolean NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"read_at" timestamp (3) with time zone,
	"confirmed_at" timestamp (3) with time zone,
	"recalled_at" timestamp (3) with time zone,
	CONSTRAINT "inbox_entries_tenant_id_delivery_id_pk" PRIMARY KEY("tenant_id","delivery_id")
);
--> statement-breakpoint
ALTER TABLE "inbox_entries" ADD CONSTRAINT "inbox_entries_tenant_id_user_id_users_tenant_id_id_fk" FOREIGN KEY ("tenant_id","user_id") REFERENCES "public"."users"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "inbox_entries_of_user" ON "inbox_entries" USING btree ("tenant_id","user_id","channel_id","created_at","delivery_id");--> statement-breakpoint
CREATE INDEX "inbox_entries_unread" ON "inbox_entries" USING btree ("tenant_id","user_id","channel_id","expires_at") WHERE read_at is null and recalled_at is null;--> statement-breakpoint
CREATE INDEX "inbox_entries_unconfirmed" ON "inbox_entries" USING btree ("tenant_id","user_id","channel_id","expires_at") WHERE must_confirm and confirmed_at is null and recalled_at is null;--> statement-breakpoint
CREATE INDEX "inbox_entries_to_confirm" ON "inbox_entries" USING btree ("tenant_id","message_id","delivery_id") WHERE must_confirm;--> statement-breakpoint
CREATE INDEX "inbox_entries_expired" ON "inbox_entries" USING btree ("expires_at");