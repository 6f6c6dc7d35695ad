select fence_tenant_table('access_tokens');
--> statement-breakpoint
-- Tokens are the workers' business, like the secrets behind them: the API's role gets no right here.
grant select, insert, update, delete on access_tokens to tidings_worker;
