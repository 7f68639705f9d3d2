-- The outbox: letters that a transaction decided to send, sent after it by a thread of some server (features/mail). What
-- was rolled back is never told, and what was done is told although the mail server was away.
--
-- Recipient and content are sealed under a key that the database has not, and are erased once a letter was sent or given
-- up. What stays for a while says that there was a letter of this kind, not to whom.

create table mail_outbox (
    id uuid primary key default new_id(),
    org_id uuid references organizations, -- whose matter it is; null: nobody's, as a letter to the public
    kind text not null check (kind ~ '^[a-z_]{1,40}$'),
    letter_sealed bytea check (length(letter_sealed) between 41 and 20000),
    dedupe_key text check (length(dedupe_key) between 1 and 200),
    attempts bigint not null default 0 check (attempts >= 0),
    next_at timestamptz not null default now(),
    sent_at timestamptz,
    failed_at timestamptz,
    error text check (length(error) <= 200), -- of the last try; never what a mail server said in its own words
    created_at timestamptz not null default now(),
    constraint what_is_over_holds_no_content check ((letter_sealed is null) = (coalesce(sent_at, failed_at) is not null)),
    constraint a_letter_ends_one_way check (sent_at is null or failed_at is null)
);
create index mail_outbox_due on mail_outbox (next_at) where letter_sealed is not null;
create index mail_outbox_over on mail_outbox (coalesce(sent_at, failed_at)) where letter_sealed is null;
-- A key is an organization's own: nobody can hold back another one's letters by taking their keys first.
create unique index mail_outbox_once on mail_outbox (org_id, dedupe_key) nulls not distinct where dedupe_key is not null;

select tenant_table('mail_outbox');
revoke all on mail_outbox from aic_tenant;
revoke insert on mail_outbox from aic_system;
create policy owner_queues on mail_outbox for insert to aic_owner with check (true);

-- The one way to queue, for both roles. A tenant's transaction must be able to, since what it tells of happens there; but
-- it can put in only, for its own organization only, and sees nothing. Nor can it send a letter of its own making: one
-- that was not sealed by the program is given up unread. False: there was one with this key.
create function mail_queue(of_kind text, sealed bytea, once text) returns boolean
    language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
    insert into mail_outbox (org_id, kind, letter_sealed, dedupe_key)
    values (case when session_user = 'aic_tenant' then current_org()
                 else nullif(current_setting('aic.org_id', true), '')::uuid end, of_kind, sealed, once)
    on conflict do nothing;
    return found;
end $$;
revoke execute on function mail_queue(text, bytea, text) from public;
grant execute on function mail_queue(text, bytea, text) to aic_tenant, aic_system;

-- What is over stays over, what waits keeps its content, and a letter is of whom it is.
create function guard_letter() returns trigger language plpgsql as $$
begin
    if old.letter_sealed is null or new.letter_sealed <> old.letter_sealed
       or (new.org_id, new.kind, new.dedupe_key, new.created_at) is distinct from (old.org_id, old.kind, old.dedupe_key, old.created_at) then
        raise exception 'a letter is sent or given up, and nothing else' using errcode = 'AC403';
    end if;
    return new;
end $$;
create trigger guard_letter before update on mail_outbox for each row execute function guard_letter();
