-- Analyses: what was computed, under which parameters and versions, and the hash of the very result. Raw rows are never
-- stored. `parameters` and `result` are json, not jsonb: their text is the RFC 8785 form that was hashed, byte for byte.

create table analyses (
    id uuid not null default new_id(),
    org_id uuid not null references organizations,
    system_id uuid not null,
    operation text not null check (operation in ('analyze')),
    parameters json not null,
    engine_version text not null check (length(engine_version) between 1 and 40),
    policy_version text not null check (length(policy_version) between 1 and 40),
    result json not null,
    verdict text not null check (verdict in ('PASS', 'REVIEW', 'FAIL', 'INSUFFICIENT_DATA')),
    result_hash text not null,
    data_sha256 text not null check (data_sha256 ~ '^[0-9a-f]{64}$'), -- of the table as sent, which is not kept
    rows bigint not null check (rows >= 0),
    dropped_rows bigint not null check (dropped_rows >= 0),
    created_by uuid,
    ledger_entry_id uuid not null,
    created_at timestamptz not null default now(),
    primary key (org_id, id),
    constraint the_hash_is_of_this_result check (result_hash = encode(sha256(convert_to(result::text, 'UTF8')), 'hex')),
    foreign key (org_id, system_id) references ai_systems
);
create index on analyses (org_id, created_at desc, id desc);
create index on analyses (org_id, system_id, created_at desc);
select tenant_table('analyses');
select ledger_gate('analyses', '{system_id,operation,parameters,engine_version,policy_version,result,verdict,data_sha256,rows,dropped_rows,created_by}');
select append_only('analyses');
