import type { Installation } from "./installation.ts";

/** Keeps what is made from now on from being claimed, as a long queue would. */
export const holdQueue = ({ books }: Pick<Installation, "books">): Promise<void> =>
  books.transaction(async ({ sql }) => {
    await sql`
      create function wait_for_ever() returns trigger language plpgsql as $$ begin
        new.due_at := 'infinity';
        new.state := case when new.state = 'sending' then 'ready' else new.state end;
        new.lease_token := null;
        new.lease_until := null;
        return new;
      end $$`;
    await sql`create trigger held before insert on chunks for each row execute function wait_for_ever()`;
  });

/** Lets what was held go. */
export const releaseQueue = ({ books }: Pick<Installation, "books">): Promise<void> =>
  books.transaction(async ({ sql }) => {
    await sql`drop function wait_for_ever() cascade`;
    await sql`update chunks set due_at = now() where due_at = 'infinity'`;
  });
