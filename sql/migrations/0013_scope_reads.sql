-- Entering a transaction without the cost of a function's call, scopes that only read, and who opened a SYSTEM scope from
-- which program.

-- A jti says nothing about anybody and opens nothing once it stands here, so every transaction may look its own up.
grant select (jti) on revoked_tokens to aic_tenant;

drop index audit_log_org_id_at_idx;
create index on audit_log (org_id, at desc, id desc);

-- Called when a token is found among the revoked ones.
create function refuse_token() returns text language plpgsql volatile as $$
begin
    raise exception 'This session has ended. Sign in again.' using errcode = 'AC401';
end $$;

-- Enters a transaction: sets what walls and triggers read, until its end and no longer. (The program's TENANT scopes do
-- the same in one plain select, src/store/transaction.c, at a fifth of the cost of a function's call: it opens every
-- request.) Runs with the rights of its caller, so there is nothing that it could lend.
drop function scope_enter(boolean, uuid, text, uuid, uuid, text, text, text);
drop policy owner_writes on audit_log;
create function scope_enter(is_system boolean, org uuid, actor_kind text, actor uuid, jti uuid, request_id text, ip text,
                            reason text, user_agent text default null, announce boolean default true,
                            reads boolean default false) returns void language plpgsql as $$
begin
    if is_system and coalesce(reason, '') = '' then
        raise exception 'system access needs its reason' using errcode = 'AC403';
    end if;
    if exists (select from revoked_tokens t where t.jti = scope_enter.jti) then
        perform refuse_token();
    end if;
    perform set_config('aic.org_id', coalesce(org::text, ''), true),
            set_config('aic.actor', coalesce(actor::text, ''), true),
            set_config('aic.actor_kind', actor_kind, true),
            set_config('aic.request_id', coalesce(request_id, ''), true),
            set_config('aic.ip', coalesce(ip, ''), true),
            set_config('aic.reason', coalesce(reason, ''), true);
    if is_system and announce and actor is not null then
        -- A person behind system access is on record, with the reason, in the same transaction.
        insert into audit_log (org_id, actor_id, actor_kind, event, outcome, reason, request_id, ip, user_agent)
        values (org, actor, actor_kind, 'system_scope_opened', 'OK', reason, request_id, ip, user_agent);
    end if;
    if reads then
        perform set_config('transaction_read_only', 'on', true);
    end if;
end $$;
revoke execute on function scope_enter(boolean, uuid, text, uuid, uuid, text, text, text, text, boolean, boolean)
    from public;
grant execute on function scope_enter(boolean, uuid, text, uuid, uuid, text, text, text, text, boolean, boolean)
    to aic_tenant, aic_system;
