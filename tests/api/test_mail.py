"""Letters on their way: by SMTP to a real mail server (aiosmtpd), again when it refuses, never in the clear off loopback; as
files in development; and an outbox that keeps neither address nor content."""
import os
import socket
import ssl
import stat
import subprocess
import uuid

import httpx
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult

from conftest import BUILD, PASSWORD, Server, Tenant, wait_for
from letters import Letter, all_worked_on, letter

SENDER = "AIC Plätform <post@aic.example.org>"


def rows(server, sql):
    out = server.psql("postgres", sql)
    assert out.returncode == 0, out.stderr
    return [line for line in out.stdout.split("\n") if line]


def post(server, path, body):
    return httpx.post(f"{server.url}/api/v1/auth/{path}", json=body, timeout=60)


def register(server, address=None):
    address = address or f"{uuid.uuid4().hex}@example.com"
    body = {"organization": f"Org {uuid.uuid4().hex[:8]}", "name": "Ada", "email": address, "password": PASSWORD}
    assert post(server, "register", body).status_code == 201
    return address


def due_now(server):
    """The clock cannot be moved, so what waits for it is."""
    rows(server, "update mail_outbox set next_at = now() where letter_sealed is not null")


# ---------------------------------------------------------------- a mail server

class Inbox:
    """Takes letters, after it has refused as often as it is told to."""

    def __init__(self, refusals=0, reply="451 4.3.0 try again later"):
        self.refusals, self.reply, self.letters, self.sessions = refusals, reply, [], []

    async def handle_DATA(self, server, session, envelope):
        self.sessions.append((session.ssl is not None, session.authenticated))
        if self.refusals:
            self.refusals -= 1
            return self.reply
        self.letters.append((envelope.mail_from, envelope.rcpt_tos, envelope.original_content))
        return "250 OK"

    def to(self, address):
        return [Letter(content) for _, recipients, content in self.letters if recipients == [address]]


class MailServer(Controller):
    def factory(self):
        return SMTP(self.handler, **self.SMTP_kwargs)


def mail_server(inbox, host="127.0.0.1", **more):
    with socket.create_server((host, 0)) as free:
        port = free.getsockname()[1]
    running = MailServer(inbox, hostname=host, port=port, ready_timeout=30, **more)
    running.start()
    return running


@pytest.fixture
def started():
    """Starts what a test needs, and stops all of it."""
    running = []

    def start(inbox, url="smtp://127.0.0.1:{port}", environment=None, **more):
        mail = mail_server(inbox, **more)
        running.append(mail.stop)
        server = Server(environment={"SMTP_URL": url.format(port=mail.port), "AIC_MAIL_FROM": SENDER, **(environment or {})})
        running.append(server.remove)
        return server

    yield start
    for stop in reversed(running):
        stop()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """Of a mail server on this machine, signed by itself."""
    folder = tmp_path_factory.mktemp("tls")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                    "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
                    "-keyout", folder / "key.pem", "-out", folder / "cert.pem"], check=True, capture_output=True)
    return folder


def tls_of(certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate / "cert.pem", certificate / "key.pem")
    return context


# ---------------------------------------------------------------- by SMTP

def test_a_letter_that_is_refused_is_tried_again_and_arrives_once(started):
    inbox = Inbox(refusals=2)
    server = started(inbox)
    address = register(server)
    state = "select attempts, extract(epoch from next_at - now())::int, error from mail_outbox"
    for attempt, seconds in ((1, 5), (2, 25)):
        wait_for(lambda: rows(server, f"select id from mail_outbox where attempts = {attempt} and error is not null"))
        told = rows(server, state)[0].split("|")
        assert int(told[0]) == attempt and seconds - 4 <= int(told[1]) <= seconds and "451" in told[2]
        assert address not in told[2] and "try again later" not in told[2]
        due_now(server)
    wait_for(lambda: inbox.letters)
    all_worked_on(server)
    (sender, recipients, content), = inbox.letters
    assert (sender, recipients) == ("post@aic.example.org", [address])
    told = Letter(content)
    assert told.mail["from"].addresses[0].display_name == "AIC Plätform" and told.subject == "Confirm your e-mail address"
    assert told.mail["auto-submitted"] == "auto-generated" and told.mail["date"].datetime and told.mail["message-id"].endswith("@aic.example.org>")
    assert content.isascii() and all(len(line) <= 78 for line in content.split(b"\r\n")) and b"\n" not in content.replace(b"\r\n", b"")
    assert post(server, "verify-email", {"token": told.token}).status_code == 200


def test_what_was_sent_or_given_up_keeps_neither_address_nor_content(started):
    inbox = Inbox()
    server = started(inbox)
    address = register(server)
    wait_for(lambda: inbox.letters)
    all_worked_on(server)
    assert rows(server, "select kind, letter_sealed is null, sent_at is not null, error is null from mail_outbox") == ["verify_email|t|t|t"]
    inbox.refusals = 1000
    post(server, "forgot-password", {"email": address})
    wait_for(lambda: rows(server, "select id from mail_outbox where attempts = 1 and error is not null"))
    rows(server, "update mail_outbox set attempts = 27, next_at = now() where letter_sealed is not null")
    wait_for(lambda: rows(server, "select id from mail_outbox where failed_at is not null"))
    gone = rows(server, "select attempts, letter_sealed is null, sent_at is null, error from mail_outbox where failed_at is not null")[0]
    assert gone.startswith("28|t|t|") and "451" in gone
    assert "letter_given_up" in (server.data / "log").read_text()
    assert not any(address in line for line in rows(server, "select * from mail_outbox"))


def test_many_letters_go_over_one_connection_each_once(started):
    inbox = Inbox()
    server = started(inbox)
    addresses = [register(server) for _ in range(6)]
    wait_for(lambda: len(inbox.letters) >= 6)
    all_worked_on(server)
    assert sorted(recipients[0] for _, recipients, _ in inbox.letters) == sorted(addresses)


def test_two_servers_send_a_letter_once(started):
    inbox = Inbox()
    first = started(inbox)
    mail_port = first.environment["SMTP_URL"]
    second = Server.__new__(Server)
    second.data, second.extra = first.data, []
    url = f"postgresql://postgres@/aic?host={first.socket}"
    second.environment = {"SMTP_URL": mail_port, "AIC_MAIL_FROM": SENDER, "DATABASE_URL": url}
    own_data = first.data / "second"
    own_data.mkdir()
    (own_data / "master.key").write_bytes((first.data / "master.key").read_bytes())
    second.data = own_data
    second.start()
    try:
        addresses = [register(server) for _ in range(10) for server in (first, second)]
        wait_for(lambda: len(inbox.letters) >= 20)
        all_worked_on(first)
        assert sorted(recipients[0] for _, recipients, _ in inbox.letters) == sorted(addresses)
    finally:
        assert second.stop() == 0


def test_starttls_with_a_password(started, certificate):
    inbox = Inbox()
    seen = []

    def sign_in(server, session, envelope, mechanism, data):
        seen.append((data.login, data.password))
        return AuthResult(success=data.login == b"post" and data.password == b"quiet:relay@1")

    server = started(inbox, url="smtp://post:quiet%3Arelay%401@localhost:{port}", environment={"AIC_MAIL_CA": str(certificate / "cert.pem")},
                     tls_context=tls_of(certificate), require_starttls=True, authenticator=sign_in, auth_required=True)
    address = register(server)
    wait_for(lambda: inbox.to(address))
    assert inbox.sessions == [(True, True)] and seen == [(b"post", b"quiet:relay@1")]
    assert "quiet" not in (server.data / "log").read_text()


def test_a_certificate_of_nobody_known_gets_no_letter(started, certificate):
    inbox = Inbox()
    server = started(inbox, url="smtp://localhost:{port}", tls_context=tls_of(certificate), require_starttls=True)
    register(server)
    why = wait_for(lambda: rows(server, "select error from mail_outbox where error is not null"))[0]
    assert "certificate" in why.lower() and inbox.letters == [] and inbox.sessions == []


def test_off_loopback_nothing_goes_out_in_the_clear(started):
    addresses = subprocess.run(["hostname", "-I"], capture_output=True, text=True, check=True).stdout.split()
    here = next((address for address in addresses if "." in address), None)
    if not here:
        pytest.skip("this machine has no address but loopback")
    inbox = Inbox()
    server = started(inbox, url=f"smtp://{here}:{{port}}", host=here)
    register(server)
    why = wait_for(lambda: rows(server, "select error from mail_outbox where error is not null"))[0]
    assert "ssl" in why.lower() and inbox.letters == [] and inbox.sessions == []


def test_a_mail_server_that_is_away_or_silent_holds_up_neither_requests_nor_the_end():
    """It accepts and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        server = Server(environment={"SMTP_URL": f"smtp://127.0.0.1:{silent.getsockname()[1]}", "AIC_MAIL_FROM": SENDER})
        try:
            register(server)
            connection, _ = silent.accept()  # it waits for our greeting now
            register(server)
            assert rows(server, "select count(*) from mail_outbox where letter_sealed is not null and attempts = 1") == ["1"]
            assert server.stop() == 0
            connection.close()
        finally:
            server.remove()


# ---------------------------------------------------------------- where there is no mail server

def test_in_development_letters_are_files_that_only_their_owner_reads(server):
    person = Tenant(server)
    letter(server, person.email, "verify_email")
    folder = server.data / "mail"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
    assert all(path.suffix in (".eml", ".new") for path in folder.iterdir())


STAGING = {"AIC_ENV": "staging", "AIC_MFA": "required", "AIC_RATE_LIMITS": "off"}


def test_elsewhere_letters_wait_and_the_log_says_so():
    server = Server(environment=STAGING)
    try:
        register(server)
        wait_for(lambda: "letters_wait" in (server.data / "log").read_text())
        assert rows(server, "select attempts, letter_sealed is not null from mail_outbox") == ["0|t"]
        assert not (server.data / "mail").exists()
    finally:
        server.remove()


def test_an_address_that_is_not_confirmed_opens_nothing_and_nobody_can_tell(started):
    inbox = Inbox()
    server = started(inbox, environment={**STAGING, "AIC_PUBLIC_URL": "https://aic.example.org/"})
    address = register(server)
    nobody = f"{uuid.uuid4().hex}@example.com"

    def told(address, password):
        answer = post(server, "login", {"email": address, "password": password})
        problem = answer.json()
        problem.pop("request_id", None)
        return answer.status_code, problem

    refused = told(address, PASSWORD)
    assert refused[0] == 401 and refused == told(address, "not the password") == told(nobody, PASSWORD)
    wait_for(lambda: len(inbox.to(address)) == 2)  # of the registration, and of this attempt
    newest = inbox.to(address)[-1]
    assert newest.link.startswith("https://aic.example.org/app/verify?token=")
    assert post(server, "verify-email", {"token": newest.token}).status_code == 200
    answer = post(server, "login", {"email": address, "password": PASSWORD})
    assert answer.status_code == 200 and answer.json()["mfa_setup_required"] is True
    all_worked_on(server)
    assert inbox.to(nobody) == []


@pytest.mark.parametrize("settings, named", [
    ({"SMTP_URL": "http://user:hunter22@mail.example.org"}, "SMTP_URL"),
    ({"AIC_MAIL_FROM": "nobody"}, "AIC_MAIL_FROM"),
    ({"AIC_ENV": "staging", "SMTP_URL": "smtp://mail.example.org"}, "AIC_MAIL_FROM"),
    ({"AIC_ENV": "staging", "SMTP_URL": "smtp://mail.example.org", "AIC_MAIL_FROM": "a@example.org"}, "AIC_PUBLIC_URL"),
])
def test_a_setting_that_cannot_work_stops_the_start(tmp_path, settings, named):
    out = subprocess.run([BUILD / "aicd", "serve", "--data", tmp_path], env={**os.environ, **settings}, capture_output=True, text=True, check=False, timeout=60)
    assert out.returncode == 1 and named in out.stderr and "hunter22" not in out.stderr


# ---------------------------------------------------------------- the outbox

def test_a_tenant_can_only_put_in_and_only_for_itself(server, tenant, other):
    as_tenant = f"set aic.org_id = '{tenant.org_id}'; "
    key = uuid.uuid4().hex
    put = f"select mail_queue('verify_email', sha256('forged') || sha256('x'), '{key}')"
    assert server.psql("aic_tenant", as_tenant + put).stdout.strip() == "t"
    assert server.psql("aic_tenant", as_tenant + put).stdout.strip() == "f"
    assert server.psql("aic_tenant", f"set aic.org_id = '{other.org_id}'; {put}").stdout.strip() == "t"  # its own keys
    assert "no organization" in server.psql("aic_tenant", put).stderr
    state = f"select org_id, failed_at is not null, letter_sealed is null, attempts from mail_outbox where dedupe_key = '{key}'"
    wait_for(lambda: all("|t|t|" in line for line in rows(server, state)))  # not sealed by the program: given up unread
    assert sorted(rows(server, state)) == sorted(f"{org}|t|t|1" for org in (tenant.org_id, other.org_id))
    assert rows(server, f"select error from mail_outbox where dedupe_key = '{key}'")[0]


def test_a_letter_in_the_outbox_is_neither_changed_nor_sent_again(server):
    person = Tenant(server)
    letter(server, person.email, "verify_email")
    all_worked_on(server)
    mine = f"where org_id = '{person.org_id}'"
    for change in ("letter_sealed = sha256('x') || sha256('y'), sent_at = null", "error = 'x'", "sent_at = null", "org_id = null"):
        assert "nothing else" in server.psql("aic_system", f"update mail_outbox set {change} {mine}").stderr, change
    assert "permission denied" in server.psql("aic_system", "insert into mail_outbox (kind, letter_sealed) values ('a', sha256('x') || sha256('y'))").stderr


def test_what_is_undone_is_told_to_nobody(server):
    person = Tenant(server)
    key = uuid.uuid4().hex
    put = f"begin; set local aic.org_id = '{person.org_id}'; select mail_queue('verify_email', sha256('a') || sha256('b'), '{key}'); rollback"
    assert server.psql("aic_tenant", put).returncode == 0
    assert rows(server, f"select id from mail_outbox where dedupe_key = '{key}'") == []
