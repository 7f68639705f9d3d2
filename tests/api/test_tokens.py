"""Access tokens as an attacker makes them, with the field's own libraries (PyJWT, cryptography) as the peer that forges: with keys of
his own, with our public key as a secret, and, to see that a right signature alone opens nothing, with our private key."""
import base64
import concurrent.futures
import ctypes
import ctypes.util
import datetime
import hashlib
import hmac
import json
import os
import subprocess
import time
import uuid

import httpx
import jwt
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from conftest import BUILD, PASSWORD, Server, Tenant, wait_for

SKEW = 30  # seconds that clocks may differ


@pytest.fixture(scope="module")
def one():
    running = Server()
    yield running
    running.remove()


@pytest.fixture(scope="module")
def victim(one):
    return Tenant(one)


@pytest.fixture(scope="module")
def own_key():
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def encode(data):
    return base64.urlsafe_b64encode(data if isinstance(data, bytes) else json.dumps(data).encode()).rstrip(b"=").decode()


def decode(part):
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def head_of(token):
    return json.loads(decode(token.split(".")[0]))


def claims_of(token):
    return json.loads(decode(token.split(".")[1]))


def opened(server, sealed):
    """What is sealed at rest, by whoever holds the master key: only then can we sign as the server does."""
    sodium = ctypes.CDLL(ctypes.util.find_library("sodium"))
    key = bytes.fromhex((server.data / "master.key").read_text().strip())
    nonce, box = sealed[1:25], sealed[25:]
    plain = ctypes.create_string_buffer(len(box) - 16)
    assert sealed[0] == 1 and sodium.crypto_secretbox_open_easy(plain, box, ctypes.c_ulonglong(len(box)), nonce, key) == 0
    return plain.raw


@pytest.fixture
def our_key(one):
    kid, sealed = one.psql("postgres", "select kid, encode(private_key_sealed, 'hex') from signing_keys where use = 'TOKEN' and is_active").stdout.strip().split("|")
    return kid, serialization.load_pem_private_key(opened(one, bytes.fromhex(sealed)), None)


def public_forms(server, kid):
    pem = server.psql("postgres", f"select public_key from signing_keys where kid = '{kid}'").stdout.strip()
    key = serialization.load_pem_public_key(pem.encode())
    form = serialization.PublicFormat
    numbers = key.public_numbers()
    jwk = next(k for k in httpx.get(server.url + "/.well-known/jwks.json").json()["keys"] if k["kid"] == kid)
    return {
        "PEM": pem.encode(), "PEM with its line end": pem.encode() + b"\n", "PEM of PKCS 1": key.public_bytes(serialization.Encoding.PEM, form.PKCS1),
        "DER": key.public_bytes(serialization.Encoding.DER, form.SubjectPublicKeyInfo), "DER of PKCS 1": key.public_bytes(serialization.Encoding.DER, form.PKCS1),
        "n": jwk["n"].encode(), "n as bytes": numbers.n.to_bytes(256, "big"), "JWK": json.dumps(jwk, separators=(",", ":")).encode(), "nothing": b"",
    }


def ask(server, token):
    return httpx.get(server.url + "/api/v1/auth/me", headers={"Authorization": f"Bearer {token}"})


def assert_refused(server, token, what):
    answer = ask(server, token)
    assert answer.status_code == 401, f"{what}: {answer.status_code} {answer.text}"
    problem = answer.json()
    assert "etc/passwd" not in problem["detail"] and "SQL" not in problem["detail"] and "Traceback" not in problem["detail"]
    return problem["detail"]


# ------------------------------------------------------------------ the algorithm

@pytest.mark.parametrize("alg", ["none", "None", "NONE", "nOnE", "none ", "", " ", None, False, 0, [], ["RS256"], {"alg": "RS256"}, "rs256", "RS256 ", "RS256\u0000", "RS384", "RS512",
                                 "PS256", "ES256", "EdDSA", "HS256", "HS384", "HS512", "RSA-OAEP", "dir"])
def test_no_algorithm_but_ours_is_taken(one, victim, alg):
    _, body, signature = victim.token.split(".")
    for head in ({"alg": alg, "typ": "JWT"}, {**head_of(victim.token), "alg": alg}):
        for last in ("", signature):
            assert_refused(one, f"{encode(head)}.{body}.{last}", head)


def test_a_header_that_says_it_twice_or_not_at_all_is_refused(one, victim):
    kid = head_of(victim.token)["kid"]
    _, body, signature = victim.token.split(".")
    for head in (f'{{"alg":"none","alg":"RS256","kid":"{kid}"}}', f'{{"alg":"RS256","alg":"none","kid":"{kid}"}}', f'{{"alg":"RS256","kid":"{kid}","kid":"x"}}', f'{{"kid":"{kid}"}}',
                 "{}", "[]", "null", '"RS256"', "", "{", f'{{"alg":"RS256","kid":"{kid}","crit":["exp"],"exp":1}}', f'{{"alg":"RS256","kid":"{kid}","b64":false,"crit":["b64"]}}'):
        assert_refused(one, f"{encode(head.encode())}.{body}.{signature}", head)


@pytest.mark.parametrize("algorithm, digest", [("HS256", hashlib.sha256), ("HS384", hashlib.sha384), ("HS512", hashlib.sha512)])
def test_a_public_key_is_no_secret(one, victim, algorithm, digest):
    kid = head_of(victim.token)["kid"]
    for form, secret in public_forms(one, kid).items():
        for head in ({"alg": algorithm, "typ": "JWT", "kid": kid}, {"alg": algorithm, "typ": "JWT"}):
            part = f"{encode(head)}.{encode({**claims_of(victim.token), 'super': True})}"
            assert_refused(one, f"{part}.{encode(hmac.new(secret, part.encode(), digest).digest())}", (algorithm, form))


# ------------------------------------------------------------------ the key

@pytest.mark.parametrize("kid", ["../../etc/passwd", "../../../../../../dev/null", "/etc/passwd", "file:///etc/passwd", "https://evil.example/key", "' or true --", "x' union select public_key from signing_keys --",
                                 "'; drop table signing_keys; --", "$(id)", "`id`", "%s%s%n", "a" * 3000, "f" * 32, "0" * 32, "", " ", "\u0000", "é" * 20, None, 1, True, [], ["x"], {"kid": "x"}])
def test_a_kid_is_a_name_and_nothing_else(one, victim, kid):
    _, body, signature = victim.token.split(".")
    before = one.psql("postgres", "select count(*) from signing_keys").stdout
    if kid is None:  # null says as much as none: then it is the active key's, whose signature fits another header
        assert_refused(one, f"{encode({'alg': 'RS256', 'kid': kid})}.{body}.{signature}", kid)
    else:
        assert_refused(one, f"{encode({**head_of(victim.token), 'kid': kid})}.{body}.{signature}", kid)
    assert one.psql("postgres", "select count(*) from signing_keys").stdout == before


def jwk_of(key, kid):
    return {**json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key())), "kid": kid, "alg": "RS256", "use": "sig"}


def certificate_of(key):
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "evil.example")])
    now = datetime.datetime.now(datetime.timezone.utc)
    made = x509.CertificateBuilder(name, name, key.public_key(), 1, now, now + datetime.timedelta(days=9)).sign(key, hashes.SHA256())
    return base64.b64encode(made.public_bytes(serialization.Encoding.DER)).decode()


def test_a_key_that_a_token_brings_along_opens_nothing(one, victim, own_key):
    ours = head_of(victim.token)["kid"]
    claims = {**claims_of(victim.token), "super": True}
    for kid in (ours, "a" * 32, hashlib.sha256(b"x").hexdigest()[:32], None):
        named = {} if kid is None else {"kid": kid}
        for headers in ({}, {"jwk": jwk_of(own_key, kid or "x")}, {"jku": "https://evil.example/jwks.json"}, {"jku": one.url + "/.well-known/jwks.json"},
                        {"x5u": "https://evil.example/x.pem"}, {"x5c": [certificate_of(own_key)]}, {"x5t": "x", "x5t#S256": "y"}):
            assert_refused(one, jwt.encode(claims, own_key, algorithm="RS256", headers={**named, **headers}), (kid, list(headers)))


def test_a_key_of_another_kind_or_another_padding_is_refused(one, victim, our_key):
    kid, ours = our_key
    claims = claims_of(victim.token)
    assert_refused(one, jwt.encode(claims, ec.generate_private_key(ec.SECP256R1()), algorithm="ES256", headers={"kid": kid}), "ES256")
    for algorithm in ("RS384", "RS512", "PS256"):
        assert_refused(one, jwt.encode(claims, ours, algorithm=algorithm, headers={"kid": kid}), algorithm)
    part = f"{encode({'alg': 'RS256', 'kid': kid})}.{encode(claims)}"
    pss = ours.sign(part.encode(), padding.PSS(padding.MGF1(hashes.SHA256()), 32), hashes.SHA256())
    assert_refused(one, f"{part}.{encode(pss)}", "a PSS signature that calls itself RS256")
    for signature in (b"", b"\x00", b"\x00" * 256, b"\xff" * 256, b"\x00" * 255 + b"\x01", b"\x01" * 512):
        assert_refused(one, f"{part}.{encode(signature)}", signature[:2])


# ------------------------------------------------------------------ what is signed rightly and still opens nothing

def signed(our_key, claims, **headers):
    kid, key = our_key
    return jwt.encode(claims, key, algorithm="RS256", headers={"kid": kid, **headers})


def fresh(victim, **changed):
    now = int(time.time())
    made = {**claims_of(victim.token), "iat": now, "exp": now + 300, **changed}
    return {name: value for name, value in made.items() if value is not ...}


def test_what_is_signed_rightly_is_taken(one, victim, our_key):
    """Or else the refusals below would prove nothing."""
    assert ask(one, signed(our_key, fresh(victim))).status_code == 200
    assert ask(one, signed(our_key, fresh(victim, nbf=int(time.time()) - 5))).status_code == 200
    assert ask(one, signed(our_key, fresh(victim, iat=int(time.time()) + SKEW - 5))).status_code == 200


@pytest.mark.parametrize("what, changed", [
    ("expired", lambda now: {"exp": now - 1}), ("expires now", lambda now: {"exp": now}), ("issued in the future", lambda now: {"iat": now + SKEW + 60, "exp": now + 900}),
    ("not before", lambda now: {"nbf": now + SKEW + 60}), ("not before, far away", lambda now: {"nbf": 253402300799}), ("not before, no number", lambda now: {"nbf": "later"}),
    ("not before, a fraction", lambda now: {"nbf": now - 5.5}), ("another audience", lambda now: {"aud": "other"}), ("an audience that begins alike", lambda now: {"aud": "aic2"}),
    ("many audiences", lambda now: {"aud": ["aic", "other"]}), ("no audience", lambda now: {"aud": ...}), ("another issuer", lambda now: {"iss": "https://evil.example"}),
    ("no issuer", lambda now: {"iss": ...}), ("no end", lambda now: {"exp": ...}), ("no beginning", lambda now: {"iat": ...}), ("an end in words", lambda now: {"exp": str(now + 300)}),
    ("an end in fractions", lambda now: {"exp": now + 300.5}), ("an end beyond time", lambda now: {"exp": 2 ** 62}), ("an end before time", lambda now: {"exp": -1}), ("no jti", lambda now: {"jti": ...}),
    ("a jti that is none", lambda now: {"jti": "' or true --"}), ("no subject", lambda now: {"sub": ...}), ("no organization", lambda now: {"org": ...}), ("organization null", lambda now: {"org": None}),
    ("organizations", lambda now: {"org": [str(uuid.uuid4())]}), ("no role", lambda now: {"role": ...}),
])
def test_a_right_signature_alone_opens_nothing(one, victim, our_key, what, changed):
    token = signed(our_key, fresh(victim, **changed(int(time.time()))))
    assert_refused(one, token, what)
    assert_refused(one, token, f"{what}, again")  # what was refused is not remembered as good


def test_a_role_of_nobody_may_nothing(one, victim, our_key):
    token = signed(our_key, fresh(victim, role="OWNER", super=1))
    for path in ("/audit-log", "/leads", "/admin/signing-keys", "/admin/audit-log"):
        assert httpx.get(one.url + "/api/v1" + path, headers={"Authorization": f"Bearer {token}"}).status_code == 403, path


def test_a_claim_that_is_there_twice_is_refused(one, victim, our_key):
    kid, key = our_key
    claims = json.dumps(fresh(victim))
    for extra in ('"super":true', '"role":"ADMIN"', f'"org":"{uuid.uuid4()}"', '"exp":4102444800', '"sub":null'):
        part = f"{encode({'alg': 'RS256', 'kid': kid})}.{encode((claims[:-1] + ',' + extra + '}').encode())}"
        token = f"{part}.{encode(key.sign(part.encode(), padding.PKCS1v15(), hashes.SHA256()))}"
        assert_refused(one, token, extra)


# ------------------------------------------------------------------ the text of it

def test_an_edited_cut_or_longer_token_is_refused(one, victim):
    head, body, signature = victim.token.split(".")
    claims = claims_of(victim.token)
    wrong = {
        "role": f"{head}.{encode({**claims, 'role': 'ADMIN', 'super': True})}.{signature}", "another person": f"{head}.{encode({**claims, 'sub': str(uuid.uuid4())})}.{signature}",
        "another organization": f"{head}.{encode({**claims, 'org': str(uuid.uuid4())})}.{signature}", "one part": head, "two parts": f"{head}.{body}", "no signature": f"{head}.{body}.",
        "four parts": f"{victim.token}.", "four full parts": f"{victim.token}.{signature}", "five parts, as of an encrypted one": f"{head}.{body}.{signature}.{body}.{signature}",
        "cut": victim.token[:-10], "longer": victim.token + "AAAA", "padded": victim.token + "==", "a blank within": f"{head}. {body}.{signature}", "empty head": f".{body}.{signature}",
        "empty body": f"{head}..{signature}", "dots": "..", "many dots": "." * 3000, "too long": victim.token + "A" * 5000, "standard base 64": f"{head}.{body}.{signature.replace('-', '+').replace('_', '/')}=",
        "percent": victim.token.replace(".", "%2e"), "quotes": f'"{victim.token}"', "JSON serialization": json.dumps({"payload": body, "signatures": [{"protected": head, "signature": signature}]}),
    }
    for what, token in wrong.items():
        assert_refused(one, token, what)
    assert ask(one, victim.token).status_code == 200


@pytest.mark.parametrize("header", ["Bearer", "Basic {}", "Token {}", "{}", "Bearer {}, Bearer {}", "Bearer Bearer {}", "bearer\t{}", "Digest {}"])
def test_any_other_scheme_is_refused(one, victim, header):
    answer = httpx.get(one.url + "/api/v1/auth/me", headers={"Authorization": header.replace("{}", victim.token)})
    assert answer.status_code == 401, answer.text


def test_a_token_in_the_address_or_a_body_is_none(one, victim):
    for path in (f"/auth/me?access_token={victim.token}", f"/auth/me?token={victim.token}", f"/systems?access_token={victim.token}"):
        assert httpx.get(one.url + "/api/v1" + path).status_code == 401
    assert httpx.post(one.url + "/api/v1/systems", json={"name": "x", "purpose": "y", "access_token": victim.token}).status_code == 401


def test_another_servers_token_is_refused(one, victim):
    other = Server()
    try:
        assert_refused(one, Tenant(other).token, "another server's")
        assert_refused(other, victim.token, "ours, at another server")
    finally:
        other.remove()


# ------------------------------------------------------------------ what was good and is no more

def test_a_revoked_jti_is_refused_under_any_signature(one, our_key):
    person = Tenant(one)
    claims = claims_of(person.token)
    again = signed(our_key, {**claims, "exp": claims["exp"] + 60})  # another text, the same jti
    assert ask(one, again).status_code == 200
    assert person.http.post("/auth/logout").status_code == 204
    assert_refused(one, person.token, "signed out")
    assert_refused(one, again, "the same jti")
    kept = one.psql("postgres", f"select expires_at >= to_timestamp({claims['exp']}) from revoked_tokens where jti = '{claims['jti']}'").stdout.strip()
    assert kept == "t"  # for as long as the token lives


def rotate(one, *words):
    done = subprocess.run([BUILD / "aicd", "keys", "rotate", *words], capture_output=True, text=True, check=True, env={
        **os.environ, "DATABASE_URL": f"host={one.socket} user=postgres dbname=aic", "AIC_MASTER_KEY": (one.data / "master.key").read_text()})
    made = done.stdout.split()[0]
    wait_for(lambda: httpx.get(one.url + "/.well-known/jwks.json").json()["keys"][0]["kid"] == made)
    return made


def without_kid(our_key, claims):
    _, key = our_key
    return jwt.encode(claims, key, algorithm="RS256")


def test_a_token_without_kid_is_the_active_keys_or_nobodys(one, victim, our_key):
    token = without_kid(our_key, fresh(victim))
    assert "kid" not in head_of(token) and ask(one, token).status_code == 200
    named = signed(our_key, fresh(victim))
    rotate(one)
    assert_refused(one, token, "without kid, after rotation")
    assert ask(one, named).status_code == 200  # with its kid it is good for its own life


def test_after_an_emergency_nothing_of_before_is_good(one, victim, our_key):
    victim.sign_in()
    tokens = {"an issued one": victim.token, "one made now": signed(our_key, fresh(victim)), "without kid": without_kid(our_key, fresh(victim))}
    for what, token in tokens.items():
        assert ask(one, token).status_code == 200, what
    kid = rotate(one, "--emergency")
    for what, token in tokens.items():
        assert_refused(one, token, what)
    later = signed((kid, our_key[1]), fresh(victim))
    assert_refused(one, later, "the old key under the new kid")
    victim.sign_in()
    assert head_of(victim.token)["kid"] == kid and ask(one, victim.token).status_code == 200


def test_the_jwks_verifies_our_tokens_and_holds_no_private_part(one, victim):
    victim.sign_in()
    client = jwt.PyJWKClient(one.url + "/.well-known/jwks.json")
    read = jwt.decode(victim.token, client.get_signing_key_from_jwt(victim.token).key, algorithms=["RS256"], audience="aic", issuer=claims_of(victim.token)["iss"], options={"require": ["exp", "iat", "jti", "sub"]})
    assert read["sub"] == victim.registered["user"]["id"] and read["exp"] - read["iat"] == 15 * 60
    for key in httpx.get(one.url + "/.well-known/jwks.json").json()["keys"]:
        assert set(key) == {"kty", "n", "e", "kid", "alg", "use"}


def test_forgeries_at_the_same_time_as_the_right_one_change_nothing(one, victim, own_key):
    victim.sign_in()
    claims = claims_of(victim.token)
    forged = [jwt.encode({**claims, "super": True, "n": n}, own_key, algorithm="RS256", headers={"kid": head_of(victim.token)["kid"]}) for n in range(40)]
    mixed = [token for pair in zip(forged, [victim.token] * 40) for token in pair]
    with concurrent.futures.ThreadPoolExecutor(8) as crowd:
        answers = list(crowd.map(lambda token: ask(one, token).status_code, mixed))
    assert answers == [401, 200] * 40


def test_signing_in_after_all_this_still_works(one, victim):
    assert httpx.post(one.url + "/api/v1/auth/login", json={"email": victim.email, "password": PASSWORD}).status_code == 200
