-- More than a flow can be left of a user: what was under way as well.
ALTER TABLE "cancelled_users" RENAME COLUMN "is_flow_left" TO "is_unfinished";--> statement-breakpoint
ALTER INDEX "cancelled_users_with_flows" RENAME TO "cancelled_users_unfinished";
