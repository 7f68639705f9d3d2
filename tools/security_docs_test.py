"""docs/security/asvs.md answers each requirement of levels 1 and 2 once, and what it names is there."""
import pathlib
import re
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent

# OWASP ASVS 5.0: the numbers of levels 1 and 2.
ASKED = {f"{section}.{number}" for section, numbers in {
    "2.1": (1, 2, 3), "2.2": (1, 2, 3), "2.3": (1, 2, 3, 4), "2.4": (1,),
    "6.1": (1, 2, 3), "6.2": range(1, 12), "6.3": (1, 2, 3), "6.4": (1, 2, 3, 4), "6.5": range(1, 6), "6.6": (1, 2, 3), "6.8": (1, 2, 3),
    "7.1": (1, 2, 3), "7.2": (1, 2, 3, 4), "7.3": (1, 2), "7.4": range(1, 6), "7.5": (1, 2), "7.6": (1, 2),
    "8.1": (1, 2), "8.2": (1, 2, 3), "8.3": (1,), "8.4": (1,), "9.1": (1, 2, 3), "9.2": (1, 2, 3, 4),
    "16.1": (1,), "16.2": range(1, 6), "16.3": range(1, 5), "16.4": (1, 2, 3), "16.5": (1, 2, 3),
}.items() for number in numbers}


class SecurityDocuments(unittest.TestCase):
    def setUp(self):
        text = (ROOT / "docs/security/asvs.md").read_text(encoding="utf-8")
        self.rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if re.match(r"\| \d", line)]

    def test_each_requirement_is_answered_once(self):
        numbers = [row[0] for row in self.rows]
        self.assertEqual(sorted(numbers), sorted(set(numbers)))
        self.assertEqual(set(numbers), ASKED)
        for row in self.rows:
            self.assertRegex(row[3], r"^(yes|no:|n/a)", row[0])
            self.assertIn(row[1], ("1", "2"), row[0])

    def test_what_is_named_is_there(self):
        for row in self.rows:
            named = re.findall(r"`([\w./-]+\.\w+)(?:::(\w+))?`", row[4])
            self.assertTrue(named, f"{row[0]} names nothing")
            for path, test in named:
                self.assertTrue((ROOT / path).is_file(), f"{row[0]}: {path} is not there")
                if test:
                    self.assertRegex((ROOT / path).read_text(encoding="utf-8"), rf"\b{test}\b", f"{row[0]}: {path} has no {test}")

    def test_links_between_the_pages_lead_somewhere(self):
        for page in (ROOT / "docs/security").glob("*.md"):
            for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
                self.assertTrue((page.parent / target).exists(), f"{page.name}: {target}")


if __name__ == "__main__":
    unittest.main()
