"""Tests of tools/sqlgen: what it makes of a file, and what it says of a mistake."""
import contextlib
import importlib.machinery
import importlib.util
import io
import pathlib
import subprocess
import tempfile
import unittest

TOOL = pathlib.Path(__file__).with_name("sqlgen")


def load():
    loader = importlib.machinery.SourceFileLoader("sqlgen", str(TOOL))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("sqlgen", loader))
    loader.exec_module(module)
    return module


sqlgen = load()


class Case(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def read(self, text):
        path = self.folder / "things.sql"
        path.write_text(text, encoding="utf-8")
        return sqlgen.Reader(str(path))

    def only(self, text):
        statements = self.read(text).statements
        self.assertEqual(len(statements), 1)
        return statements[0]

    def mistake(self, text):
        with self.assertRaises(sqlgen.Mistake) as caught:
            self.read(text)
        return str(caught.exception)


class Statements(Case):
    def test_parameters_are_numbered_by_the_order_of_the_inputs(self):
        s = self.only("-- name: a :exec\n-- in: one text, two bigint\nselect $two, $one, $two;\n")
        self.assertEqual(s.text, "select $2, $1, $2")

    def test_names_in_quotes_and_comments_are_left_alone(self):
        s = self.only("-- name: a :exec\n-- in: x text\n"
                      "select '$x;', \"$x\", $$ $x; $$, $q$ $x $q$, $x::text -- $x;\n/* $y; */;\n")
        self.assertEqual(s.text, "select '$x;', \"$x\", $$ $x; $$, $q$ $x $q$, $1::text")

    def test_lines_are_kept_and_indentation_is_not(self):
        s = self.only("-- name: a :exec\nselect 1,\n       'two\n  lines'\n\nfrom t;\n")
        self.assertEqual(s.text, "select 1,\n'two\n  lines'\nfrom t")

    def test_the_text_reaches_c_unchanged(self):
        text = "select '\\d', \"a\"\nfrom t"
        literal = sqlgen.c_string(text)
        parts = [part.strip()[1:-1] for part in literal.split("\n")]
        self.assertEqual("".join(parts).replace("\\n", "\n").replace('\\"', '"').replace("\\\\", "\\"), text)

    def test_comments_before_a_statement_belong_to_it(self):
        read = self.read("-- Of the file.\n\n-- Gives one.\n-- Or none.\n-- name: a :exec\nselect 1;\n"
                         "-- Of b.\n-- name: b :exec\nselect 2;\n")
        self.assertEqual([s.comment for s in read.statements], [["Gives one.", "Or none."], ["Of b."]])
        self.assertEqual([s.text for s in read.statements], ["select 1", "select 2"])

    def test_scopes_are_both_unless_said(self):
        self.assertEqual(self.only("-- name: a :exec\nselect 1;").scope, "both")
        self.assertEqual(self.only("-- name: a :exec\n-- as: system\nselect 1;").scope, "system")

    def test_a_semicolon_at_the_end_is_not_needed(self):
        self.assertEqual(self.only("-- name: a :exec\nselect 1").text, "select 1")


class Mistakes(Case):
    def test_each_is_told_with_its_line(self):
        cases = {
            "select 1;": "things.sql:1: SQL before any",
            "-- name: a :some\nselect 1;": "things.sql:1: expected '-- name: NAME :KIND'",
            "-- name: A :exec\nselect 1;": "'A' is no name of a statement",
            f"-- name: {'a' * 64} :exec\nselect 1;": "at most 63 characters",
            "-- name: a :exec\nselect $x;": "things.sql:1: $x is not among the inputs (none)",
            "-- name: a :exec\n-- in: x text, y text\nselect $x;": "a does not use its inputs y",
            "-- name: a :exec\n-- in: x varchar\nselect $x;": "things.sql:2: unknown type 'varchar' of x",
            "-- name: a :exec\n-- in: x text[]?\nselect $x;": "x is a list, which is empty rather than null",
            "-- name: a :exec\n-- in: x\nselect $x;": "expected 'name type', found 'x'",
            "-- name: a :exec\n-- in: x text, x uuid\nselect $x;": "x is there twice",
            "-- name: a :exec\n-- in: x text\n-- in: y text\nselect $y;": "a second '-- in:'",
            "-- name: a :one\nselect 1 as x;": "a is :one and needs '-- out:'",
            "-- name: a :one\n-- out: nothing\nselect 1 as x;": "needs '-- out:' with a declared struct",
            "-- name: a :exec\n-- out: r (x text)\nselect 1 as x;": "gives no rows, so it has no '-- out:'",
            "-- name: a :exec\n-- as: root\nselect 1;": "expected tenant, system or both, found 'root'",
            "-- name: a :exec\nselect 1; select 2;": "a holds more than one statement",
            "-- name: a :exec\nselect 1;\n-- name: a :exec\nselect 2;": "things.sql:3: there is a statement a already",
            "-- name: a :exec\n": "a has no SQL",
            "-- name: a :exec\nselect 1;\n-- in: x text\n": "things.sql:3: '-- in:' without a '-- name:' before it",
            "-- struct: r (x text)\n-- struct: r (y text)\n":
                "things.sql:2: struct r was declared with other columns before",
            "-- struct: r ()\n": "expected 'name (column type, ...)'",
        }
        for text, says in cases.items():
            with self.subTest(text=text):
                self.assertIn(says, self.mistake(text))

    def test_the_program_fails_and_writes_nothing(self):
        source, c, h = (self.folder / name for name in ("bad.sql", "bad.sql.c", "bad.sql.h"))
        source.write_text("-- name: a :some\n")
        run = subprocess.run([TOOL, source, c, h], capture_output=True, text=True, check=False)
        self.assertEqual(run.returncode, 1)
        self.assertIn("bad.sql:1", run.stderr)
        self.assertFalse(c.exists() or h.exists())

    def test_wrong_arguments_are_told(self):
        with contextlib.redirect_stderr(io.StringIO()) as told:
            self.assertEqual(sqlgen.main(["one"]), 2)
        self.assertIn("sqlgen IN.sql", told.getvalue())


class Generated(Case):
    def test_the_functions_are_as_their_kinds_say(self):
        read = self.read("""-- struct: row (id uuid, size integer?)
-- name: a :one
-- in: id uuid
-- out: row
select id, size from t where id = $id;
-- name: b :maybe
-- out: row
select id, size from t;
-- name: c :many
-- out: row
select id, size from t;
-- name: d :exec
select 1;
-- name: e :count
-- in: ids uuid[], at timestamptz?
delete from t where id = any ($ids) and at < $at;
""")
        made = sqlgen.header("things", read.structs, read.statements)
        for expected in (
            "error sql_a(scope *db, const sql_a_in *in, row *out);",
            "error sql_b(scope *db, bool *found, row *out);",
            "error sql_c(scope *db, row_list *out);",
            "error sql_d(scope *db);",
            "error sql_e(scope *db, const sql_e_in *in, int64_t *affected);",
            "typedef struct row {\n    uuid id;\n    maybe_integer size;\n} row;",
            "typedef struct sql_e_in {\n    uuid_list ids;\n    maybe_instant at;\n} sql_e_in;",
            "extern const statement *const things_statements[];",
        ):
            self.assertIn(expected, made)
        made = sqlgen.source("things", read.structs, read.statements)
        self.assertEqual(made.count("static const statement "), 5)
        self.assertIn('{ "at", offsetof(sql_e_in, at), SQL_TIMESTAMPTZ, true }', made)

    def test_the_tables_of_all_files_are_in_one_list(self):
        made = sqlgen.tables(["x/two.sql", "one.sql"])
        self.assertIn("{\n    one_statements,\n    two_statements,\n    NULL\n}", made)


if __name__ == "__main__":
    unittest.main()
