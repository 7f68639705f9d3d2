-- Statements that do not say what the database says: the tests want each refused with what is wrong.

-- name: wrong_name :many
-- out: wrong_name_row (id uuid, nom text)
select id, name from things;

-- name: wrong_type :many
-- out: wrong_type_row (id uuid, size bigint?)
select id, size from things;

-- name: wrong_count :many
-- out: wrong_count_row (id uuid)
select id, name from things;

-- name: wrong_column :many
-- out: wrong_column_row (colour text)
select colour from things;

-- name: wrong_rights :many
-- as:  tenant
-- out: wrong_rights_row (kid text)
select kid from signing_keys;
