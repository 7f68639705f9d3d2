"""The second wall itself: what pg_catalog says of tables, functions and roles."""
import subprocess

from conftest import BUILD, ROOT


def rows(server, sql):
    out = server.psql("postgres", sql)
    assert out.returncode == 0, out.stderr
    return [line for line in out.stdout.split("\n") if line]


def test_every_table_with_an_organization_forces_row_level_security(server):
    loose = rows(server, """select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname = 'public' and c.relkind in ('r', 'p')
          and (c.relname = 'organizations' or exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'org_id' and not a.attisdropped))
          and not (c.relrowsecurity and c.relforcerowsecurity and exists (select from pg_policy p where p.polrelid = c.oid))""")
    assert loose == []


def test_no_view_runs_with_its_owners_rights(server):
    assert rows(server, """select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname = 'public' and c.relkind = 'v' and not coalesce(c.reloptions::text like '%security_invoker=true%', false)""") == []


def test_security_definers_have_a_fixed_search_path(server):
    assert rows(server, """select p.proname from pg_proc p join pg_namespace n on n.oid = p.pronamespace
        where n.nspname = 'public' and p.prosecdef and not coalesce(p.proconfig::text like '%search_path=%', false)""") == []


def test_the_two_roles_own_nothing_and_bypass_nothing(server):
    assert rows(server, "select rolname from pg_roles where rolname in ('aic_tenant', 'aic_system', 'aic_owner') and (rolbypassrls or rolsuper or rolcreaterole or rolcreatedb)") == []
    assert rows(server, "select c.relname from pg_class c join pg_roles r on r.oid = c.relowner where r.rolname in ('aic_tenant', 'aic_system')") == []


def test_the_cluster_is_private_and_safe(server):
    assert rows(server, "show listen_addresses") == []
    assert rows(server, "show data_checksums") == ["on"] and rows(server, "show fsync") == ["on"]


def test_the_page_about_system_access_says_what_the_route_tables_say():
    """Made anew by: build/aicd routes --system | sed 's/^/    /'"""
    out = subprocess.run([BUILD / "aicd", "routes", "--system"], capture_output=True, text=True, check=True).stdout
    page = (ROOT / "docs/system-access.md").read_text()
    told = [line.strip() for line in page.split("\n") if line.startswith("    ") and "SYSTEM(" in line]
    assert told == [line.strip() for line in out.split("\n") if "SYSTEM(" in line]


def test_the_page_about_engine_endpoints_says_what_the_tables_say():
    """Made anew by: build/aicd routes --engine"""
    out = subprocess.run([BUILD / "aicd", "routes", "--engine"], capture_output=True, text=True, check=True).stdout
    page = (ROOT / "docs/engine-endpoints.md").read_text()
    assert page[page.index("| endpoint |"):] == out
