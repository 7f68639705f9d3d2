import importlib.machinery
import importlib.util
import os
import tempfile
import unittest

loader = importlib.machinery.SourceFileLoader("check_boundaries", os.path.join(os.path.dirname(__file__), "check_boundaries"))
check = importlib.util.module_from_spec(importlib.util.spec_from_loader("check_boundaries", loader))
loader.exec_module(check)


def tree(files):
    root = tempfile.mkdtemp()
    for path, text in files.items():
        os.makedirs(os.path.dirname(os.path.join(root, path)), exist_ok=True)
        with open(os.path.join(root, path), "w", encoding="utf-8") as out:
            out.write(text)
    return root


TABLE = {"tools/boundaries.txt": "base:\nstore: base\nfeatures: store base\n"}


class Boundaries(unittest.TestCase):
    def test_an_arrow_that_points_up_is_a_fault(self):
        root = tree({**TABLE, "src/base/a.c": '#include "store/store.h"\n'})
        self.assertEqual(len(check.check_includes(root, check.allowed_rooms(root))), 1)

    def test_an_arrow_that_points_down_is_fine(self):
        root = tree({**TABLE, "src/store/a.c": '#include "base/text.h"\n#include <stdio.h>\n'})
        self.assertEqual(check.check_includes(root, check.allowed_rooms(root)), [])

    def test_a_feature_is_used_by_its_header_only(self):
        root = tree({**TABLE, "src/features/a/a.c": '#include "features/b/b_rules.h"\n#include "features/c/c.h"\n'})
        self.assertEqual(len(check.check_includes(root, check.allowed_rooms(root))), 1)

    def test_memory_outside_of_the_arena_is_a_fault(self):
        root = tree({**TABLE, "src/store/a.c": "void f(void)\n{\n    free(p);\n    scope_free(p);\n}\n"})
        self.assertEqual(check.check_memory(root), ["src/store/a.c:3: memory comes from the arena"])


if __name__ == "__main__":
    unittest.main()
