CREATE TABLE "ledger_rounds" (
	"only" boolean PRIMARY KEY DEFAULT true NOT NULL,
	"started_at" timestamp (3) with time zone NOT NULL,
	"ended_at" timestamp (3) with time zone NOT NULL,
	"counts" jsonb NOT NULL,
	"findings" jsonb NOT NULL,
	"uncounted_messages" integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE "process_reports" (
	"id" text PRIMARY KEY NOT NULL,
	"host_name" text NOT NULL,
	"pid" integer NOT NULL,
	"role" text NOT NULL,
	"started_at" timestamp (3) with time zone NOT NULL,
	"reported_at" timestamp (3) with time zone NOT NULL,
	"queue_backend" text NOT NULL,
	"state" jsonb NOT NULL
);
--> statement-breakpoint

-- Every process writes down how it is, and what its ledger has found.
grant select, insert, update on ledger_rounds to tidings_worker;
--> statement-breakpoint
grant select, insert, update, delete on process_reports to tidings_worker;
--> statement-breakpoint

-- Operators read it.
grant select on ledger_rounds, process_reports to tidings_api;
