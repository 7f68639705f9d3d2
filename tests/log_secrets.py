"""What no log may hold: looked for in the logs of every server that any test starts. By shape, and, where a test's own requests and
answers are known, by value: each password, token, code, cookie and key that went over the wire.

    python3 tests/log_secrets.py LOG...      by shape alone; exit 1 and the place when something is found"""
import json
import re
import sys

SHAPES = {
    "an e-mail address": r"[\w.+-]+@[\w-]+\.\w+",
    "an access token": r"eyJ[\w-]{20,}\.",
    "an API key": r"aic_(live|test)_\w{6,}",
    "a cookie": r"aic_(access|refresh)=",
    "a bearer token": r"[Bb]earer [\w.~+/-]{8,}",
    "a one-time password's address": r"otpauth://",
    "a recovery code": r"\b[A-Z2-7]{4}(-[A-Z2-7]{4}){3,}\b",
    "a private key": r"PRIVATE KEY",
    "a password's hash": r"\$argon2",
    "a webhook's secret": r"whsec_",
    "a password in an address": r"\w+://[^\s/:@\"]+:[^\s/@\"\[]+@",
}

NAMES = re.compile(r"password|secret|token|recovery_codes|otpauth|api_key|^key$|cookie|refresh")
WORD = re.compile(r"[\w-]{12,}")
LEAST = 12  # characters: what is shorter (a code of six digits) cannot be told from chance


class Wire:
    """The secrets that went over the wire."""

    def __init__(self):
        self.words, self.phrases = set(), set()

    def add(self, value):
        """Of a token its last part: that is the one that opens something, and no other text holds it by chance."""
        if not isinstance(value, str) or len(value) < LEAST:
            return
        if re.fullmatch(r"[\w.-]+", value):
            self.words.add(value.rsplit(".", 1)[-1])
        else:
            self.phrases.add(value)

    def add_named(self, document, under=False):
        """All texts under a name that says that they are secret, at any depth."""
        if isinstance(document, dict):
            for name, value in document.items():
                self.add_named(value, under or bool(NAMES.search(name)) and name not in ("public_key", "token_type"))
        elif isinstance(document, list):
            for value in document:
                self.add_named(value, under)
        elif under:
            self.add(document)

    def add_json(self, content):
        if 0 < len(content) < 100_000 and content[:1] == b"{":
            try:
                self.add_named(json.loads(content))
            except ValueError:
                pass  # what a test sends to be refused

    def saw(self, request, answer):
        self.add_json(request.content if hasattr(request, "_content") else b"")
        self.add_json(answer.content)
        scheme, _, credential = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            self.add(credential)
        for name, value in answer.cookies.items():
            self.add(value)


def found_in(text, wire=None):
    """What stands in a log that must not, as sentences."""
    for what, shape in SHAPES.items():
        found = re.search(shape, text)
        if found:
            yield f"{what}: …{text[max(0, found.start() - 200):found.end() + 50]}…"
    if wire is None:
        return
    for word in sorted(wire.words & set(WORD.findall(text))):
        at = text.index(word)
        yield f"what went over the wire as a secret: …{text[max(0, at - 200):at + 80]}…"
    for phrase in sorted(wire.phrases):
        if phrase in text:
            yield f"what went over the wire as a secret: {phrase!r}"


if __name__ == "__main__":
    faults = [f"{name} holds {fault}" for name in sys.argv[1:] for fault in found_in(open(name, errors="replace", encoding="utf-8").read())]
    print("\n".join(faults) or f"logs: {len(sys.argv) - 1} looked at, nothing found that must not be there")
    sys.exit(bool(faults))
