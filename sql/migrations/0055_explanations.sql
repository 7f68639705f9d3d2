-- Explanations that are kept: what a task found for one row, as it was, for good. Attached to a decision it is what the
-- affected person is shown. `result` is json, not jsonb: its text was hashed, byte for byte.
create table explanations (
    id uuid not null default new_id(),
    org_id uuid not null references organizations,
    model_id uuid,
    system_id uuid,
    decision_id uuid,
    task_id uuid not null, -- whose result it is; tasks are forgotten, this is not
    row_number bigint not null check (row_number >= 0),
    method text not null check (method ~ '^[a-z-]{1,40}$'),
    result json not null,
    result_sha256 text not null,
    created_by uuid,
    ledger_entry_id uuid not null,
    created_at timestamptz not null default now(),
    primary key (org_id, id),
    foreign key (org_id, model_id) references models,
    foreign key (org_id, system_id) references ai_systems,
    foreign key (org_id, decision_id) references decision_records,
    constraint the_hash_is_of_this_explanation check (result_sha256 = encode(sha256(convert_to(result::text, 'UTF8')), 'hex'))
);
create index on explanations (org_id, created_at desc, id desc);
create index on explanations (org_id, decision_id, created_at desc) where decision_id is not null;
select tenant_table('explanations');
select ledger_gate('explanations', '{model_id,system_id,decision_id,task_id,row_number,method,result,created_by}');
select append_only('explanations');

-- An explanation of another model than the one that decided explains nothing.
create function check_explanation() returns trigger language plpgsql as $$
declare
    decided record;
begin
    if new.decision_id is null then return new; end if;
    select d.model_id, d.system_id into decided from decision_records d where d.org_id = new.org_id and d.id = new.decision_id;
    if decided.model_id is not null and new.model_id is distinct from decided.model_id then
        raise exception 'This decision was taken by another model than the one explained.' using errcode = 'AC409', detail = '/task_id';
    end if;
    if new.system_id is not null and new.system_id is distinct from decided.system_id then
        raise exception 'This decision was taken by another system than the one explained.' using errcode = 'AC409', detail = '/task_id';
    end if;
    return new;
end $$;
create trigger c_check_explanation before insert on explanations for each row execute function check_explanation();

-- One more thing that the ledger records.
alter table ledger_entries drop constraint ledger_entries_action_check;
alter table ledger_entries add constraint ledger_entries_action_check check (action in (
    'DECISION_RECORDED', 'DECISION_OVERRIDDEN', 'MODEL_REGISTERED', 'MODEL_CHANGED', 'SYSTEM_REGISTERED',
    'SYSTEM_PROMOTED', 'SYSTEM_CHANGED', 'PERMISSION_CHANGED', 'ORG_CREATED', 'ORG_TIER_CHANGED', 'PLAN_CHANGED',
    'CERTIFICATION_STATUS_CHANGED', 'CERTIFICATE_ISSUED', 'CERTIFICATE_SUSPENDED', 'CERTIFICATE_REVOKED',
    'CERTIFICATE_WITHDRAWN', 'CERTIFICATE_SUPERSEDED', 'INCIDENT_OPENED', 'INCIDENT_STATUS_CHANGED',
    'INCIDENT_ESCALATED', 'CORRECTION_STATUS_CHANGED', 'REQUIREMENT_STATUS_CHANGED', 'EVIDENCE_ACCEPTED',
    'EVIDENCE_REJECTED', 'FINDING_ISSUED', 'FINDING_CLOSED', 'ANALYSIS_COMPLETED', 'REPORT_FINALIZED',
    'REPORT_SIGNED', 'HITL_RECORDED', 'GOVERNANCE_BLOCK_SEALED', 'CONFLICT_CHECK_DECIDED', 'AUDITOR_ASSIGNED',
    'SCORE_CHANGED', 'KEY_ROTATED', 'WAIVER_GRANTED', 'EXPLANATION_ATTACHED'));
