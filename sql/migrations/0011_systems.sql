-- AI systems, their models, the decisions they take: the governance record. Each insert, and each change of what was
-- promised, carries its ledger entry; the gate refuses the row otherwise, whoever writes it.

create table ai_systems (
    id uuid not null default new_id(),
    org_id uuid not null references organizations,
    name text not null check (length(name) between 1 and 200),
    version_label text check (length(version_label) <= 60),
    purpose text not null check (length(purpose) between 1 and 2000),
    decision_type text check (length(decision_type) <= 200),
    affected_groups text check (length(affected_groups) <= 500),
    sector text check (length(sector) <= 100),
    use_case text not null default 'OTHER' check (use_case in (
        'HIRING', 'FINANCE', 'HEALTHCARE', 'INSURANCE', 'GOVERNMENT', 'RETAIL', 'OTHER')),
    risk_tier text check (risk_tier in ('TIER_1', 'TIER_2', 'TIER_3')),
    answer_effect integer check (answer_effect between 1 and 3),
    answer_special_information integer check (answer_special_information between 1 and 3),
    answer_oversight integer check (answer_oversight between 1 and 3),
    accountable_person_id uuid,
    lifecycle_stage text not null default 'DEVELOPMENT' check (lifecycle_stage in (
        'DEVELOPMENT', 'TESTING', 'PRODUCTION', 'DECOMMISSIONED')),
    status text not null default 'DRAFT' check (status in ('DRAFT', 'ACTIVE', 'SUSPENDED', 'RETIRED')),
    disclosure_text text check (length(disclosure_text) <= 2000),
    created_by uuid,
    ledger_entry_id uuid not null,
    version bigint not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (org_id, id),
    unique (org_id, name),
    foreign key (org_id, accountable_person_id) references users,
    -- An active system has what a person affected by it may ask for.
    constraint active_system_is_complete check (
        status <> 'ACTIVE' or (risk_tier is not null and accountable_person_id is not null)),
    check ((answer_effect is null) = (answer_oversight is null) and
           (answer_effect is null) = (answer_special_information is null))
);
select tenant_table('ai_systems');
select versioned_table('ai_systems');
select ledger_gate('ai_systems',
    '{name,purpose,sector,use_case,decision_type,risk_tier,accountable_person_id,lifecycle_stage,status}',
    '{name,purpose,sector,use_case,decision_type,risk_tier,accountable_person_id,lifecycle_stage,status}');
select state_machine('ai_systems', 'status', '{DRAFT>ACTIVE,ACTIVE>SUSPENDED,SUSPENDED>ACTIVE,DRAFT>RETIRED,ACTIVE>RETIRED,SUSPENDED>RETIRED}');

create table models (
    id uuid not null default new_id(),
    org_id uuid not null references organizations,
    system_id uuid not null,
    name text not null check (length(name) between 1 and 200),
    version_label text not null check (length(version_label) between 1 and 60),
    type text not null check (type in ('LOGISTIC', 'TREE', 'GBDT', 'FOREST', 'NEURAL', 'LLM', 'RULES', 'OTHER')),
    description text check (length(description) <= 4000),
    artefact_sha256 text check (artefact_sha256 ~ '^[0-9a-f]{64}$'),
    is_active boolean not null default true,
    ledger_entry_id uuid not null,
    version bigint not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (org_id, id),
    unique (org_id, system_id, name, version_label),
    foreign key (org_id, system_id) references ai_systems
);
select tenant_table('models');
select versioned_table('models');
select ledger_gate('models', '{system_id,name,version_label,type,artefact_sha256,is_active}',
                   '{system_id,name,version_label,type,artefact_sha256,is_active}');

create table decision_records (
    id uuid not null default new_id(),
    org_id uuid not null references organizations,
    external_id text not null check (length(external_id) between 1 and 200),
    system_id uuid not null,
    model_id uuid,
    decision_type text not null check (length(decision_type) between 1 and 200),
    subject_ref text not null check (length(subject_ref) between 1 and 200 and subject_ref !~ '@'),
    input_params json,
    recommendation json,
    outcome json not null,
    outcome_class text not null check (outcome_class in ('FAVORABLE', 'ADVERSE', 'NEUTRAL')),
    human_review_required boolean not null default false,
    human_reviewer_id uuid,
    is_human_override boolean not null default false,
    override_reason text check (length(override_reason) <= 4000),
    decided_at timestamptz not null,
    ledger_entry_id uuid not null,
    created_at timestamptz not null default now(),
    primary key (org_id, id),
    unique (org_id, external_id),
    foreign key (org_id, system_id) references ai_systems,
    foreign key (org_id, model_id) references models,
    foreign key (org_id, human_reviewer_id) references users,
    constraint an_override_has_its_reason check (not is_human_override or length(override_reason) >= 20)
);
create index on decision_records (org_id, system_id, decided_at desc);
select tenant_table('decision_records');
select ledger_gate('decision_records',
    '{external_id,system_id,model_id,decision_type,subject_ref,input_params,recommendation,outcome,outcome_class,human_review_required,human_reviewer_id,is_human_override,override_reason,decided_at}',
    '{external_id,system_id,model_id,decision_type,subject_ref,input_params,recommendation,outcome,outcome_class,human_review_required,human_reviewer_id,is_human_override,override_reason,decided_at}');
revoke delete on decision_records from aic_tenant, aic_system;
