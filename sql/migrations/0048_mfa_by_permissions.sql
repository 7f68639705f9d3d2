-- Who may not do without a second factor, looked at by what somebody may do and not by the built-in role alone: a role of the
-- organization's own, or what was granted to one person, can make an administrator of anybody.

-- What the built-in roles may do that need none (AUDITOR, VIEWER).
create function capabilities_without_mfa() returns text[] language sql immutable parallel safe as $$
    select '{access_ledger,run_analysis,view_audits,view_incidents,view_intelligence}'::text[]
$$;

create function mfa_is_required_of(org uuid, person uuid, of_role text, of_super_admin boolean) returns boolean language sql stable as $$
    select mfa_is_required(org, of_role, of_super_admin)
        or exists (select from user_permissions p
                   left join roles r on r.org_id = p.org_id and r.id = p.role_id
                   cross join unnest(coalesce(r.capabilities, '{}') || p.granted) as may
                   where p.org_id = org and p.id = person and may <> all (p.denied) and may <> all (capabilities_without_mfa()))
$$;
