-- The operator: the certification body itself, an organization like the others, with its own chains. What nobody else can
-- be found for goes into its inbox. There is exactly one, from the first start on.

create unique index one_operator on organizations (kind) where kind = 'OPERATOR';

do $$
declare
    body uuid := new_id();
    entry uuid;
begin
    perform set_config('aic.org_id', body::text, true), set_config('aic.actor', '', true),
            set_config('aic.actor_kind', 'SYSTEM', true);
    -- The owner sees rows only where a policy says so.
    alter table organizations no force row level security;
    if not exists (select from organizations where kind = 'OPERATOR') then
        entry := ledger_append('ORG_CREATED', 'organization', body,
            canonical_json(jsonb_build_object('kind', 'OPERATOR', 'name', 'Certification body', 'tier', 'TIER_3')));
        insert into organizations (id, name, slug, kind, ledger_entry_id)
        values (body, 'Certification body',
                case when exists (select from organizations where slug = 'certification-body')
                     then 'certification-body-' || left(encode(sha256(uuid_send(body)), 'hex'), 8)
                     else 'certification-body' end,
                'OPERATOR', entry);
    end if;
    alter table organizations force row level security;
    perform set_config('aic.org_id', '', true), set_config('aic.changes', '', true);
end $$;

-- An organization neither becomes the operator nor ceases to be it, whoever writes.
create function guard_operator() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' then
        raise exception 'the operator stays' using errcode = 'AC403';
    elsif (new.kind = 'OPERATOR') <> (old.kind = 'OPERATOR') then
        raise exception 'an organization neither becomes the operator nor ceases to be it' using errcode = 'AC403';
    end if;
    return new;
end $$;
create trigger guard_operator before update of kind on organizations for each row execute function guard_operator();
create trigger guard_operator_stays before delete on organizations for each row when (old.kind = 'OPERATOR')
    execute function guard_operator();
