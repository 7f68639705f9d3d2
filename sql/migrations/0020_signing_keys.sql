-- Signing keys are replaced while the servers run: what a key's life may look like, whoever writes.

alter table signing_keys
    add column compromised_at timestamptz,
    add column rotated_by uuid, -- the super admin who retired it; null: the command line, or nobody yet
    add column reason text check (length(reason) between 1 and 500), -- why it was retired
    alter column private_key_sealed drop not null; -- long after its end a key loses its private part

-- Until now no key was ever retired by the program; one that was by hand gets the ends that it should have had.
update signing_keys set retired_at = coalesce(retired_at, now()) where not is_active;
update signing_keys set not_after = least(coalesce(not_after, retired_at), retired_at + interval '24 hours')
where not is_active;
update signing_keys set retired_at = null, not_after = null where is_active;

alter table signing_keys
    add constraint an_inactive_key_is_retired_and_ends
        check (is_active = (retired_at is null) and is_active = (not_after is null)),
    -- ⚙ What a retired key signed stays good for a day, which is much longer than a token's life.
    add constraint a_retired_token_key_verifies_one_day_at_most
        check (use <> 'TOKEN' or not_after <= retired_at + interval '24 hours'),
    add constraint a_compromised_key_verifies_nothing
        check (compromised_at is null or (not is_active and not_after <= compromised_at)),
    add constraint an_active_key_has_its_private_part
        check (not is_active or private_key_sealed is not null);

-- A key's life goes one way: it is made, retired, perhaps found compromised, and loses its private part at last.
create function guard_signing_key() returns trigger language plpgsql as $$
begin
    if (new.kid, new.use, new.algorithm, new.public_key, new.created_at)
       is distinct from (old.kid, old.use, old.algorithm, old.public_key, old.created_at) then
        raise exception 'a signing key is never changed; rotate it' using errcode = 'AC403';
    elsif new.is_active and not old.is_active then
        raise exception 'a retired signing key never becomes active again' using errcode = 'AC403';
    elsif old.not_after is not null and (new.not_after is null or new.not_after > old.not_after) then
        raise exception 'the end of a signing key is never put off' using errcode = 'AC403';
    elsif (old.retired_at is not null and new.retired_at is distinct from old.retired_at)
          or (old.compromised_at is not null and new.compromised_at is distinct from old.compromised_at) then
        raise exception 'when a signing key was retired or found compromised is not changed' using errcode = 'AC403';
    elsif old.private_key_sealed is null and new.private_key_sealed is not null then
        raise exception 'a signing key''s private part does not come back' using errcode = 'AC403';
    elsif old.private_key_sealed is not null and new.private_key_sealed is null
          and (new.not_after is null or new.not_after > now()) then
        raise exception 'a signing key that still verifies keeps its private part' using errcode = 'AC403';
    end if;
    return new;
end $$;
create trigger guard_signing_key before update on signing_keys for each row execute function guard_signing_key();

create index on signing_keys (use, created_at desc, kid desc);
