"""What the two roles of the program can do at all, as pg_catalog says: the walls of a table are whole or the table is not
reachable."""
import uuid

ROLES = "('aic_tenant', 'aic_system')"


def rows(server, sql):
    out = server.psql("postgres", sql)
    assert out.returncode == 0, out.stderr
    return [line for line in out.stdout.split("\n") if line]


def test_every_policy_for_tenants_is_about_their_own_organization(server):
    policies = rows(server, """select tablename || '.' || policyname from pg_policies
        where schemaname = 'public' and ('aic_tenant' = any (roles) or 'public' = any (roles))
          and (coalesce(qual, 'current_org()') not like '%current_org()%'
               or coalesce(with_check, 'current_org()') not like '%current_org()%'
               or coalesce(qual, with_check) is null
               or permissive <> 'PERMISSIVE')""")
    assert policies == []


def test_a_table_that_tenants_reach_without_row_level_security_holds_nobodys_data(server):
    """revoked_tokens: only the column that says that a token is dead, which names nobody."""
    reach = rows(server, """select c.relname || '.' || a.attname from pg_class c
        join pg_namespace n on n.oid = c.relnamespace
        join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
        where n.nspname = 'public' and c.relkind in ('r', 'p', 'v', 'm', 'f') and not c.relrowsecurity
          and (has_column_privilege('aic_tenant', c.oid, a.attnum, 'select, insert, update, references')
               or has_table_privilege('aic_tenant', c.oid, 'delete, truncate, trigger'))""")
    assert reach == ["revoked_tokens.jti"]


def test_nobody_but_the_owner_truncates_or_hangs_triggers(server):
    assert rows(server, f"""select grantee || ' ' || privilege_type || ' ' || table_name from information_schema.table_privileges
        where table_schema = 'public' and grantee <> 'aic_owner' and (grantee not in {ROLES}
              or privilege_type in ('TRUNCATE', 'TRIGGER', 'REFERENCES'))""") == []


def test_append_only_tables_cannot_be_changed_by_grant(server):
    assert rows(server, f"""select r.rolname || ' ' || c.relname from pg_trigger t join pg_class c on c.oid = t.tgrelid, pg_roles r
        where t.tgname = 'append_only' and r.rolname in {ROLES}
          and (has_any_column_privilege(r.oid, c.oid, 'update') or has_table_privilege(r.oid, c.oid, 'delete, truncate'))""") == []


def test_the_owner_owns_everything_and_logs_in_nowhere(server):
    assert rows(server, "select rolcanlogin from pg_roles where rolname = 'aic_owner'") == ["f"]
    assert rows(server, """select relname::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
            where n.nspname = 'public' and pg_get_userbyid(c.relowner) <> 'aic_owner'
        union all select proname::text from pg_proc p join pg_namespace n on n.oid = p.pronamespace
            where n.nspname = 'public' and pg_get_userbyid(p.proowner) <> 'aic_owner'
        union all select nspname::text from pg_namespace where nspname = 'public' and pg_get_userbyid(nspowner) <> 'aic_owner'""") == []


def test_the_roles_are_members_of_nothing(server):
    assert rows(server, f"""select m.rolname || ' in ' || g.rolname from pg_auth_members a join pg_roles m on m.oid = a.member
        join pg_roles g on g.oid = a.roleid where m.rolname in ('aic_owner', 'aic_tenant', 'aic_system')""") == []


def test_functions_that_run_as_their_owner_are_for_the_roles_alone(server):
    """What is left open to PUBLIC runs with nobody's rights but the caller's; trigger functions cannot be called."""
    assert rows(server, """select p.proname::text from pg_proc p join pg_namespace n on n.oid = p.pronamespace
        where n.nspname = 'public' and p.prosecdef and p.prorettype <> 'trigger'::regtype
          and has_function_privilege('public', p.oid, 'execute')""") == []


def test_system_access_without_a_reason_is_refused_by_the_database(server):
    out = server.psql("aic_system", "select scope_enter(true, null, 'USER', null, null, null, null, null)")
    assert "system access needs its reason" in out.stderr


def test_an_audit_row_of_another_organization_cannot_be_written_or_read(server, tenant, other):
    as_tenant = f"set aic.org_id = '{tenant.org_id}'; "
    event = "insert into audit_log (org_id, actor_kind, event, outcome) values ('{}', 'USER', 'wall_test', 'OK')"
    out = server.psql("aic_tenant", as_tenant + event.format(other.org_id))
    assert "row-level security" in out.stderr
    assert server.psql("aic_tenant", as_tenant + event.format(tenant.org_id)).returncode == 0
    seen = server.psql("aic_tenant", as_tenant + "select distinct org_id from audit_log").stdout.split()
    assert seen == [tenant.org_id]
    assert server.psql("aic_tenant", as_tenant + "delete from audit_log").returncode != 0
    assert server.psql("aic_tenant", f"set aic.org_id = '{uuid.uuid4()}'; select count(*) from audit_log").stdout.split() == ["0"]
