"""A software authenticator and the browser before it (W3C Web Authentication), for the tests of passkeys: made with a peer's
cryptography (cryptography) and CBOR (cbor2). Run as a program it writes the vectors of src/crypto/webauthn_vectors.h."""
import base64
import copy
import hashlib
import json
import secrets
import struct

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

PRESENT, VERIFIED, ELIGIBLE, BACKED_UP, CREDENTIAL, EXTENSIONS = 0x01, 0x04, 0x08, 0x10, 0x40, 0x80


def encode(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decode(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def number(n, size):
    return n.to_bytes(size, "big")


class Passkey:
    """One credential. What a test wants to be wrong it says by keyword."""

    def __init__(self, algorithm=-7, sign_count=0, flags=PRESENT | VERIFIED):
        self.algorithm, self.sign_count, self.flags = algorithm, sign_count, flags
        self.id, self.user_handle = secrets.token_bytes(32), None
        if algorithm == -7:
            self.key = ec.generate_private_key(ec.SECP256R1())
        elif algorithm == -8:
            self.key = ed25519.Ed25519PrivateKey.generate()
        else:
            self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    def copy(self):
        return copy.copy(self)

    def cose_key(self):
        if self.algorithm == -7:
            point = self.key.public_key().public_numbers()
            return {1: 2, 3: -7, -1: 1, -2: number(point.x, 32), -3: number(point.y, 32)}
        if self.algorithm == -8:
            return {1: 1, 3: -8, -1: 6, -2: self.key.public_key().public_bytes_raw()}
        public = self.key.public_key().public_numbers()
        return {1: 3, 3: -257, -1: number(public.n, 256), -2: number(public.e, 3)}

    def sign(self, message):
        if self.algorithm == -7:
            return self.key.sign(message, ec.ECDSA(hashes.SHA256()))
        if self.algorithm == -8:
            return self.key.sign(message)
        return self.key.sign(message, padding.PKCS1v15(), hashes.SHA256())

    @staticmethod
    def client_data(kind, challenge, origin, **more):
        return json.dumps({"type": kind, "challenge": challenge, "origin": origin, "crossOrigin": False, **more}, separators=(",", ":")).encode()

    def data(self, rp_id, flags, tail=b""):
        return hashlib.sha256(rp_id.encode()).digest() + bytes([flags]) + struct.pack(">I", self.sign_count) + tail

    def create(self, options, origin, rp_id=None, kind="webauthn.create", flags=None, cose=None, tail=b"", fmt="none", statement=None, credential_id=None,
               attestation=None, **more):
        """navigator.credentials.create, as its toJSON writes it."""
        self.user_handle = decode(options["user"]["id"])
        chosen = self.id if credential_id is None else credential_id
        flags = (self.flags if flags is None else flags) | CREDENTIAL
        held = bytes(16) + struct.pack(">H", len(chosen)) + chosen + (cbor2.dumps(self.cose_key()) if cose is None else cose)
        data = self.data(rp_id or options["rp"]["id"], flags, held + tail)
        sealed = cbor2.dumps({"fmt": fmt, "attStmt": statement or {}, "authData": data}) if attestation is None else attestation
        client = self.client_data(kind, options["challenge"], origin, **more)
        return {"id": encode(chosen), "rawId": encode(chosen), "type": "public-key", "authenticatorAttachment": "platform", "clientExtensionResults": {},
                "response": {"clientDataJSON": encode(client), "attestationObject": encode(sealed), "transports": ["internal", "future"]}}

    def get(self, options, origin, rp_id=None, kind="webauthn.get", flags=None, tail=b"", handle=True, count=None, challenge=None, **more):
        """navigator.credentials.get, as its toJSON writes it."""
        if count is not None:
            self.sign_count = count
        data = self.data(rp_id or options["rpId"], self.flags if flags is None else flags, tail)
        client = self.client_data(kind, challenge or options["challenge"], origin, **more)
        response = {"clientDataJSON": encode(client), "authenticatorData": encode(data),
                    "signature": encode(self.sign(data + hashlib.sha256(client).digest()))}
        if handle:
            response["userHandle"] = encode(self.user_handle if handle is True else handle)
        return {"id": encode(self.id), "rawId": encode(self.id), "type": "public-key", "clientExtensionResults": {}, "response": response}


def vectors():
    origin, rp_id = "https://aic.example", "aic.example"
    lines = ["/* Made by tests/authenticator.py: what a peer's cryptography signs, for https://aic.example. */", "// clang-format off"]

    def say(name, data):
        rows = [f'    "{data[at:at + 58].hex()}"' for at in range(0, len(data), 58)]
        lines.append(f"static const char {name}[] =\n" + "\n".join(rows) + ";")

    for name, algorithm in (("es256", -7), ("eddsa", -8), ("rs256", -257)):
        passkey = Passkey(algorithm, sign_count=7, flags=PRESENT | VERIFIED | ELIGIBLE | BACKED_UP)
        challenge = encode(secrets.token_bytes(32))
        made = passkey.create({"challenge": challenge, "rp": {"id": rp_id}, "user": {"id": "AAAA"}}, origin)
        lines.append(f'static const char {name}_challenge[] = "{challenge}";')
        say(f"{name}_create_client", decode(made["response"]["clientDataJSON"]))
        say(f"{name}_attestation", decode(made["response"]["attestationObject"]))
        passkey.sign_count = 8
        shown = passkey.get({"challenge": challenge, "rpId": rp_id}, origin)
        say(f"{name}_get_client", decode(shown["response"]["clientDataJSON"]))
        say(f"{name}_data", decode(shown["response"]["authenticatorData"]))
        say(f"{name}_signature", decode(shown["response"]["signature"]))
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(vectors(), end="")
