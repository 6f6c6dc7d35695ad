-- Flows that nothing would ever wake: what they waited for had settled without a time of acceptance, or was never made
-- because their user had been deleted. They kept their messages open for ever. Each is judged once more; one that still
-- waits for something goes on waiting.
update flows f set wake_at = now()
from messages m
where m.tenant_id = f.tenant_id and m.id = f.message_id and m.state in ('expanding', 'sending', 'paused')
  and f.state = 'waiting' and f.wake_at is null
  and not exists(select from deliveries d
    where d.tenant_id = f.tenant_id and d.user_id = f.user_id and d.message_id = f.message_id and d.step = f.step
      and d.state = 'ready');
