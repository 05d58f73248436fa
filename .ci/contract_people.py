"""People for .ci/contract: `contract_people.py URL SIGNINS FOLDER` writes FOLDER/<name>.json and .env for each of them.

Everything goes through the API, as the province's administrators of the demonstration would do it: every module of this
build is switched on in one county, and people of every kind get accounts and tokens there.
"""

import json
import pathlib
import sys

import requests

URL, SIGN_INS, FOLDER = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
ADMINISTRATORS = ["base.system_admin", "base.security_admin", "base.audit_admin"]
session = requests.Session()
session.trust_env = False


def call(method, path, token=None, **body):
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    answer = session.request(method, f"{URL}/api/v1{path}", headers=headers, json=body or None, timeout=30)
    if not answer.ok:
        sys.exit(f"{method} {path} was answered {answer.status_code}: {answer.text}")
    return answer.json() if answer.content else None


def sign_in(login, password):
    return call("POST", "/sessions", login=login, password=password)["token"]


lines = [line.split("\t") for line in SIGN_INS.read_text(encoding="utf-8").splitlines()]
administrators = [
    (sign_in(login, password), role.split()[-1])
    for _, role, _, login, password in lines
    if role.split()[-1] in ADMINISTRATORS[:2]
]
# The first two are the province's; the next one is a county's.
(system, _), (security, _), (of_county, _) = administrators[:3]
county = call("GET", "/me", of_county)["grants"][0]["place"]
township = call("GET", f"/places/{county}/children")["items"][0]["code"]
village = call("GET", f"/places/{township}/children")["items"][0]["code"]

modules = call("GET", f"/places/{county}/modules", system)
for module in modules:
    if module["state"] != "on":
        call("PUT", f"/places/{county}/modules/{module['id']}", system, state="on", reason="contract")
roles = {role["id"]: role["permissions"] for role in call("GET", f"/places/{county}/roles", security)}


def person(name, place, held):
    opened = call("POST", f"/places/{county}/accounts", security, login=f"contract-{name}", name="合同")
    grants = [
        call("POST", f"/places/{county}/grants", security, account=opened["id"], role=role, place=place)
        for role in held
    ]
    token = sign_in(opened["login"], opened["one_time_password"])
    password = opened["one_time_password"][::-1]
    call("PUT", "/me/password", token, old=opened["one_time_password"], new=password)
    issued = call("POST", "/me/tokens", token, label="contract", days=1)
    return {
        "place": place,
        "token": issued["secret"],
        "permissions": sorted({permission for role in held for permission in roles[role]}),
        "own": [opened["id"], issued["id"], *(grant["id"] for grant in grants)],
    }


def first_role_of(module):
    return next(role for role in roles if role.startswith(f"{module['id']}."))


people = {
    "stranger": {"place": county, "token": None, "permissions": [], "own": []},
    "nobody": person("nobody", county, []),
    "worker": person("worker", village, [first_role_of(module) for module in modules]),
    "staff": person("staff", county, [role for role in roles if role not in ADMINISTRATORS and "local." not in role]),
    "auditor": person("auditor", county, ["base.audit_admin"]),
    "security": person("security", county, ["base.security_admin"]),
    "system": person("system", county, ["base.system_admin"]),
}
spared = [id for one in people.values() for id in one.pop("own")]
FOLDER.mkdir()
for name, one in people.items():
    (FOLDER / f"{name}.json").write_text(json.dumps({"name": name, "spared": spared} | one), encoding="utf-8")
    place, token = one["place"], one["token"] or ""
    (FOLDER / f"{name}.env").write_text(f"county={county}\nplace={place}\ntoken={token}\n", encoding="utf-8")
