-- Data sets of the caller's organization and their pieces; at the end, what is done for all organizations once a day.

-- struct: dataset (id uuid, name text, purpose text, media_type text, status text, problem text?, row_count bigint?, bytes bigint, upload_offset bigint, sha256 text?, contains_personal boolean, legal_basis text?, retention_until timestamptz?, created_by_name text?, is_resumable boolean, version bigint, created_at timestamptz, updated_at timestamptz)

-- name: datasets_list :many
-- as: tenant
-- in: status text?, purpose text?, after_at timestamptz?, after_id uuid?, lim bigint
-- out: dataset
select d.id, d.name, d.purpose, d.media_type, d.status, d.problem, d.row_count, d.bytes,
       case when d.status = 'UPLOADING' then dataset_received(d.org_id, d.id) else d.bytes end as upload_offset, d.sha256,
       d.contains_personal, d.legal_basis, d.retention_until, u.name as created_by_name, d.is_resumable, d.version,
       d.created_at, d.updated_at
from datasets d
left join users u on u.org_id = d.org_id and u.id = d.created_by
where d.org_id = current_org() and d.status <> 'DELETING'
  and ($status is null or d.status = $status)
  and ($purpose is null or d.purpose = $purpose)
  and ($after_id is null or (d.created_at, d.id) < ($after_at, $after_id))
order by d.created_at desc, d.id desc
limit $lim;

-- name: dataset_by_id :maybe
-- as: tenant
-- in: id uuid
-- out: dataset
select d.id, d.name, d.purpose, d.media_type, d.status, d.problem, d.row_count, d.bytes,
       case when d.status = 'UPLOADING' then dataset_received(d.org_id, d.id) else d.bytes end as upload_offset, d.sha256,
       d.contains_personal, d.legal_basis, d.retention_until, u.name as created_by_name, d.is_resumable, d.version,
       d.created_at, d.updated_at
from datasets d
left join users u on u.org_id = d.org_id and u.id = d.created_by
where d.org_id = current_org() and d.id = $id and d.status <> 'DELETING';

-- name: dataset_profile :one
-- as: tenant
-- in: id uuid
-- out: dataset_profile_row (columns json?)
select columns from datasets where org_id = current_org() and id = $id;

-- An upload without a new piece for ten minutes is dead: its piece would have been due long ago.
-- name: dataset_room :one
-- as: tenant
-- out: dataset_room_row (bytes bigint, datasets bigint, uploads bigint)
select dataset_bytes_kept(current_org()) as bytes, count(*) as datasets,
       count(*) filter (where d.status = 'UPLOADING' and now() - interval '10 minutes' < coalesce(
           (select c.created_at from dataset_chunks c where c.org_id = d.org_id and c.dataset_id = d.id
            order by c.number desc limit 1), d.created_at)) as uploads
from datasets d where d.org_id = current_org();

-- name: dataset_insert :exec
-- as: tenant
-- in: id uuid, name text, purpose text, media_type text, is_resumable boolean, contains_personal boolean, legal_basis text?, retention_until timestamptz?, created_by uuid?
insert into datasets (id, org_id, name, purpose, media_type, is_resumable, contains_personal, legal_basis, retention_until,
                      created_by)
values ($id, current_org(), $name, $purpose, $media_type, $is_resumable, $contains_personal, $legal_basis, $retention_until,
        $created_by);

-- name: dataset_change :count
-- as: tenant
-- in: id uuid, version bigint, name text?, purpose text?, contains_personal boolean?, legal_basis text?, retention_until timestamptz?
update datasets
set name = coalesce($name, name), purpose = coalesce($purpose, purpose),
    contains_personal = coalesce($contains_personal, contains_personal), legal_basis = coalesce($legal_basis, legal_basis),
    retention_until = coalesce($retention_until, retention_until)
where org_id = current_org() and id = $id and version = $version and status <> 'DELETING';

-- Nothing when the organization has no room for it.
-- name: dataset_chunk_insert :count
-- as: tenant
-- in: dataset_id uuid, number bigint, first_byte bigint, bytes bytea, most bigint
insert into dataset_chunks (org_id, dataset_id, number, first_byte, bytes)
select current_org(), $dataset_id, $number, $first_byte, $bytes
where dataset_bytes_kept(current_org()) + length($bytes) <= $most;

-- name: dataset_chunk :maybe
-- as: tenant
-- in: dataset_id uuid, number bigint
-- out: dataset_chunk_row (bytes bytea)
select bytes from dataset_chunks where org_id = current_org() and dataset_id = $dataset_id and number = $number;

-- name: dataset_tail :one
-- as: tenant
-- in: dataset_id uuid
-- out: dataset_tail_row (chunks bigint, received bigint)
select coalesce(max(c.number) + 1, 0)::bigint as chunks, dataset_received(current_org(), $dataset_id) as received
from dataset_chunks c where c.org_id = current_org() and c.dataset_id = $dataset_id;

-- name: dataset_ready :count
-- as: tenant
-- in: id uuid, columns json, row_count bigint, bytes bigint, sha256 text
update datasets set status = 'READY', columns = $columns, row_count = $row_count, bytes = $bytes, sha256 = $sha256
where org_id = current_org() and id = $id and status = 'UPLOADING';

-- name: dataset_failed :exec
-- as: tenant
-- in: id uuid, problem text
update datasets set status = 'FAILED', problem = $problem
where org_id = current_org() and id = $id and status = 'UPLOADING';

-- name: dataset_deleting :count
-- as: tenant
-- in: id uuid
update datasets set status = 'DELETING' where org_id = current_org() and id = $id and status <> 'DELETING';

-- In small numbers, so that no transaction is long.
-- name: dataset_chunks_delete :count
-- in: org_id uuid, dataset_id uuid, lim bigint
delete from dataset_chunks c
where c.org_id = $org_id and c.dataset_id = $dataset_id
  and c.number in (select l.number from dataset_chunks l where l.org_id = $org_id and l.dataset_id = $dataset_id
                   order by l.number limit $lim);

-- name: dataset_delete :exec
-- in: org_id uuid, id uuid
delete from datasets where org_id = $org_id and id = $id and status = 'DELETING';

-- Marked, or deleted in part when a server crashed; past their date; uploads that nobody goes on with. Of one that cannot be
-- read the row stays for a day and says why.
-- name: datasets_overdue :many
-- as: system
-- in: lim bigint
-- out: dataset_overdue (org_id uuid, id uuid, keeps_row boolean)
select d.org_id, d.id, d.status = 'FAILED' and d.updated_at > now() - interval '1 day' as keeps_row from datasets d
where d.status = 'DELETING'
   or (d.status = 'FAILED' and exists (select from dataset_chunks c where c.org_id = d.org_id and c.dataset_id = d.id))
   or d.retention_until < now()
   or (d.status in ('UPLOADING', 'FAILED') and d.created_at < now() - interval '1 hour'
       and coalesce((select c.created_at from dataset_chunks c where c.org_id = d.org_id and c.dataset_id = d.id
                     order by c.number desc limit 1), d.updated_at)
           < now() - case when d.is_resumable then interval '1 day' else interval '1 hour' end)
order by d.created_at
limit $lim;

-- name: dataset_expired :count
-- as: system
-- in: org_id uuid, id uuid
update datasets set status = 'DELETING' where org_id = $org_id and id = $id and status <> 'DELETING';
