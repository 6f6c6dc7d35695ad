-- The dispatcher finds messages whose time has come, across tenants.
grant select (wake_at) on messages to tidings_dispatch;
