"""People of a test's organization beside its administrator: invited and accepted as anybody is."""
import uuid

import httpx

from conftest import PASSWORD


class Member:
    def __init__(self, tenant, role="VIEWER", **invite):
        self.server, self.role, self.email = tenant.server, role, f"{uuid.uuid4().hex}@example.com"
        made = tenant.http.post("/invites", json={"role": role, **invite})
        assert made.status_code == 201, made.text
        answer = accept(tenant.server, made.json()["token"], email=self.email, name=f"Max {role.title()}")
        assert answer.status_code == 200, answer.text
        self.started(answer)

    def started(self, answer):
        self.id = answer.json()["user"]["id"]
        self.refresh_cookie = answer.cookies.get("aic_refresh")
        self.http = httpx.Client(base_url=self.server.url + "/api/v1", timeout=60, headers={"Authorization": f"Bearer {answer.json()['access_token']}"})

    def sign_in(self, password=PASSWORD):
        answer = httpx.post(self.server.url + "/api/v1/auth/login", json={"email": self.email, "password": password}, timeout=60)
        if answer.status_code == 200 and "access_token" in answer.json():
            self.started(answer)
        return answer

    def refresh(self):
        return httpx.post(self.server.url + "/api/v1/auth/refresh", cookies={"aic_refresh": self.refresh_cookie}, headers={"Origin": self.server.url}, timeout=60)


def accept(server, token, **more):
    body = {"token": token, "name": "Nia New", "password": PASSWORD, **more}
    for _ in range(60):  # many at once wait in the server's queue, and are told to come again
        answer = httpx.post(server.url + "/api/v1/auth/accept-invite", json=body, timeout=60)
        if answer.status_code != 503:
            break
    return answer


def look(server, token):
    return httpx.get(f"{server.url}/api/v1/auth/invites/{token}", timeout=60)


def told(server, sql):
    answer = server.psql("postgres", sql)
    assert answer.returncode == 0, answer.stderr
    return answer.stdout.strip()


def without_walls(server, sql):
    """As the past left it: a row that no way through the program makes."""
    return told(server, "set session_replication_role = replica; " + sql)


def change(http, id, **body):
    version = http.get(f"/users/{id}").json()["version"]
    return http.patch(f"/users/{id}", json=body, headers={"If-Match": f'"{version}"'})
