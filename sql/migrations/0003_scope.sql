-- How a transaction is entered, the tokens that may not enter, and the audit log.

create table revoked_tokens (
    jti uuid primary key,
    expires_at timestamptz not null -- the token's own; afterwards the row is cleaned up
);
create index on revoked_tokens (expires_at);
grant select, insert, delete on revoked_tokens to aic_system;

create table audit_log (
    id uuid not null default new_id() primary key,
    org_id uuid, -- null: the body's own, seen by aic_system only
    at timestamptz not null default clock_timestamp(),
    actor_id uuid,
    actor_kind text not null check (actor_kind in ('USER', 'API_KEY', 'SYSTEM', 'WEBHOOK', 'PUBLIC')),
    event text not null check (event ~ '^[a-z_]{1,60}$'),
    outcome text not null check (outcome in ('OK', 'REFUSED', 'ERROR')),
    subject_type text check (length(subject_type) <= 60),
    subject_id uuid,
    reason text check (length(reason) <= 1000),
    request_id text check (length(request_id) <= 128),
    ip text check (length(ip) <= 64),
    user_agent text
);
create index on audit_log (org_id, at desc);
select tenant_table('audit_log');
select append_only('audit_log');

-- Sets what the walls read, for this transaction only. Runs as the owner, so that a tenant's transaction can learn
-- whether its own token was revoked without seeing anybody else's.
create function scope_enter(is_system boolean, org uuid, actor_kind text, actor uuid, jti uuid, request_id text, ip text,
                            reason text) returns void
    language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
    if jti is not null and exists (select from revoked_tokens t where t.jti = scope_enter.jti) then
        raise exception 'This session has ended. Sign in again.' using errcode = 'AC401';
    end if;
    perform set_config('aic.org_id', coalesce(org::text, ''), true),
            set_config('aic.actor', coalesce(actor::text, ''), true),
            set_config('aic.actor_kind', actor_kind, true),
            set_config('aic.request_id', coalesce(request_id, ''), true);
    if is_system and reason is null then
        raise exception 'system access needs its reason' using errcode = 'AC403';
    end if;
    -- A person behind system access is on record, with the reason, in the same transaction.
    if is_system and actor is not null then
        insert into audit_log (org_id, actor_id, actor_kind, event, outcome, reason, request_id, ip)
        values (org, actor, actor_kind, 'system_scope_opened', 'OK', reason, request_id, ip);
    end if;
end $$;
revoke execute on function scope_enter(boolean, uuid, text, uuid, uuid, text, text, text) from public;
grant execute on function scope_enter(boolean, uuid, text, uuid, uuid, text, text, text) to aic_tenant, aic_system;
create policy owner_writes on audit_log for insert to aic_owner with check (true);
