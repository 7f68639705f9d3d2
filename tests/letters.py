"""Letters as a mail program reads them: Python's own parser, from the files that a server in development writes."""
import email
import email.policy
import re

from conftest import wait_for


class Letter:
    def __init__(self, raw):
        self.raw = raw
        self.mail = email.message_from_bytes(raw, policy=email.policy.default)
        assert not self.mail.defects, self.mail.defects
        self.to, self.subject = self.mail["to"].addresses[0].addr_spec, self.mail["subject"]
        plain, html = self.mail.iter_parts()
        assert (plain.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")
        self.plain, self.html = plain.get_content(), html.get_content()

    @property
    def link(self):
        return re.search(r"https?://\S+", self.plain)[0]

    @property
    def token(self):
        return re.search(r"\?token=([\w-]+)", self.plain)[1]


def letters(server, to=None, kind=""):
    """All there are so far, oldest first."""
    found = [Letter(path.read_bytes()) for path in sorted((server.data / "mail").glob(f"*-{kind or '*'}.eml"))]
    return [letter for letter in found if to in (None, letter.to)]


def letter(server, to, kind, count=1):
    """The newest of so many; waits for it."""
    return wait_for(lambda: (lambda found: len(found) >= count and found)(letters(server, to, kind)), 20)[-1]


def all_worked_on(server):
    """Waits until everything that was asked for has become a letter or nothing, and every letter is sent."""
    told = "select (select count(*) from recovery_asks) + (select count(*) from mail_outbox where letter_sealed is not null)"
    wait_for(lambda: server.psql("postgres", told).stdout.strip() == "0", 20)
