"""What .ci/contract asks of every answer besides the checks that schemathesis has, and what keeps its runs alive."""

import hashlib
import json
import os
import pathlib

import jsonschema_rs
import requests
import schemathesis

PERSON = json.loads(pathlib.Path(os.environ["CONTRACT_PERSON"]).read_text(encoding="utf-8"))

# Why a request may be refused as invalid although it fits the schema: what no schema can say. A name that ends in a dot
# stands for all that begin so.
NO_SCHEMA_SAYS = {
    "standards.": "what is a name, a telephone number or a code of a standard is more than a pattern",
    "body base.field.control": "settings and values of rules are any JSON, and there is no NUL in it",
    "base.page.after": "a cursor is the server's own",
    "base.idempotency.reused": "what was sent under the key before is known to the server only",
    "base.password.": "what a password must have is a setting, and the old one is known to its owner only",
    "base.factor.wrong": "a code of a second factor is right for half a minute",
    "base.token.permission": "what the caller holds",
    "base.grant.": "which accounts and roles there are, and what is the present day",
    "base.role.permission": "which permissions this build has",
    "base.duty.separate": "which permissions are an administrator's",
    "base.place.": "which places there are, and what is the present day",
    "base.module.": "what is the present day, where the place stands, and what the module lets it set",
    "base.rule.": "what the rule allows at the place, and what is the present day",
    "base.holidays.year": "what the file says",
    "base.statistics.period": "one end of a period against the other",
    "base.address.": "of what kind the place is, where a point lies, and which addresses there are",
    "base.arrival.": "what has become of the arrival, and of the person",
    "base.county.text": "what the file says",
    "base.element.": "which data elements the catalogue has, and of whom they are said",
    "base.export.list": "which operations of which modules are lists",
    "base.fact.observed_on": "what is the present day",
    "base.field.early": "what is the present day",
    "base.field.future": "what is the present day",
    "base.form.": "of whom the form is, and what it asks",
    "base.household.": "who belongs to the household, and which numbers the village has",
    "base.import.": "what is in the file",
    "base.organisation.term": "one day against the other",
    "base.person.place": "of what kind the place is",
    "base.person.number": "what looks like a number belongs into the body of another operation",
    "base.person.one_number": "one field or the other, and not both",
    "base.request.element": "what was asked for in the request",
    "base.request.values": "what was asked for in the request",
    "certificates.demand.twice": "one field or the other, and not both",
    "base.sheet.": "what is in the file",
    "reason base.field.missing": "what ends otherwise than verification found says why",
    "seen base.field.missing": "what no earlier data check says is told",
    "grid.call.": "who may answer the call, and what is the present day",
    "grid.care.": "who is registered here, one day against the other, and what is the present day",
    "grid.figures.period": "one day against the other",
    "grid.import.": "what is in the file",
    "grid.incident.point": "longitude and latitude go together",
    "grid.net.": "of what kind the place is, and which grids and households there are",
    "grid.party.": "who may co-operate at the place",
    "grid.protection.": "of what kind the place is, one day against the other, and what is the present day",
    "grid.report.unknown": "which word was given with which code",
    "grid.staff.": "who serves in the grid, and one field or the other",
    "grid.subcategory.": "which categories the county has, and has had",
    "grid.whistle.": "of what kind the place is, and which departments were called",
    "grid.incident.merge_into": "which incidents the county has",
    "grid.incident.twice": "one field or the other, and not both",
    "mediation.party.twice": "one field or the other, and not both",
    "grid.incident.place": "of what kind the place is",
    "base.attachment.": "what is in the file",
    "base.file.": "what is in the file",
    "certificates.check.": "which papers a department's data answers here, and for which purposes",
    "certificates.commitment.day": "one day against the other, and what is the present day",
    "certificates.comparison.days": "one day against the other",
    "certificates.demand.days": "one day against the other",
    "certificates.import.": "what is in the file",
    "certificates.paper.": "what the catalogue says of the paper",
    "certificates.reform.": "which papers are issued here",
    "certificates.source.": "what one field of a source asks of another, and what is in the file",
    "certificates.item.": "what one field of an item asks of another, and of the law",
    "consultation.deliberation.": "of what kind the place is, one day against the other, what is the present day, and whether some differed",
    "grid.incident.capability": "which of them the county has a module for",
    "consultation.meeting.place": "of what kind the place is, and which body sits there",
    "consultation.meeting.held_on": "what is the present day",
    "consultation.meeting.before_the_law": "since which day the rules of the body and the matter are known",
    "consultation.meeting.notice_on": "which bodies want notice, one day against the other, and what is the present day",
    "consultation.meeting.delegation": "which body decides, and whether the matter is delegated to it",
    "consultation.meeting.figure": "by which figures the body is counted, and one against the other",
    "consultation.meeting.studied_on": "the day of the meeting, and what is the present day",
    "consultation.meeting.attendance": "how many the body has",
    "consultation.meeting.ballot": "how many were present, and whose votes the law counts",
    "mediation.case.organ": "somebody entrusted it if and only if that is its source",
    "mediation.case.parties": "an application names who applies, other sources may name nobody",
    "mediation.party.unknown": "who the parties of the case are",
    "mediation.agreement.future": "what is the present day",
    "mediation.agreement.before": "on which day the agreement was reached",
    "mediation.confirmation.day": "on which day the agreement took effect, and what is the present day",
    "note base.field.missing": "the ground `other` says which",
    "venue.booking.place": "of what kind the place is",
    "venue.booking.past": "what is the present day",
    "venue.booking.ahead": "how far ahead the rule of the place allows",
}


def described(case):
    return case.operation.definition.raw


def may(case):
    """Whether the document lets this person do it at all."""
    needed = described(case)["security"][0].get("token")
    if needed is None:
        return True
    return PERSON["token"] is not None and (not needed or needed[0] in PERSON["permissions"])


@schemathesis.check
def no_unauthorised_success(ctx, response, case):
    """A 2xx is for whom the document says: everybody, who is signed in, or who holds the permission."""
    if 200 <= response.status_code < 300:
        assert may(case), f"{PERSON['name']} was answered {response.status_code} without the permission"


@schemathesis.check
def schema_says_it(ctx, response, case):
    """What the schema permits is not refused as invalid, but for reasons that no schema can say."""
    if case.meta is None or not case.meta.generation.mode.is_positive:
        return
    assert response.status_code not in (400, 413, 415), f"refused with {response.status_code}"
    if response.status_code == 422:
        for error in response.json()["errors"]:
            what = f"{error['field']} {error['code']}"
            if error["code"] == "base.request.shape" and not fits(case):
                continue
            assert no_schema_says(error["code"]) or what in NO_SCHEMA_SAYS, f"refused {what}"


def fits(case):
    """Whether the body fits its schema: what a stateful run takes from other answers may not."""
    content = described(case)["requestBody"]["content"]["application/json"]
    schema = {**content["schema"], "components": case.operation.schema.raw_schema["components"]}
    return jsonschema_rs.validator_for(schema).is_valid(case.body)


def no_schema_says(code):
    return any(code == known or (known.endswith(".") and code.startswith(known)) for known in NO_SCHEMA_SAYS)


if PERSON["token"]:

    @schemathesis.auth(refresh_interval=None)
    class Token:
        """The person's token; for signing out one of its own, since the run goes on."""

        def get(self, case, context):
            if described(case)["operationId"] != "base_session_end":
                return PERSON["token"]
            answer = requests.post(
                f"{os.environ['CONTRACT_URL']}/api/v1/me/tokens",
                headers={"Authorization": f"Bearer {PERSON['token']}"},
                json={"label": "contract", "days": 1},
                timeout=30,
            )
            return answer.json()["secret"]

        def set(self, case, data, context):
            case.headers["Authorization"] = f"Bearer {data}"


NOBODYS = "0192f0c0-0000-7000-8000-00000000dead"


@schemathesis.hook
def before_call(context, case, kwargs):
    """The people of the runs are not disabled, reset, revoked or given roles while they run."""
    for name, value in (case.path_parameters or {}).items():
        if value in PERSON["spared"]:
            case.path_parameters[name] = NOBODYS
    if isinstance(case.body, dict) and case.body.get("account") in PERSON["spared"]:
        case.body["account"] = NOBODYS
    # A key of its own for every request, and the same one for the same request, so that retries are tried too.
    key = (case.headers or {}).get("Idempotency-Key")
    if key and case.meta is not None and case.meta.generation.mode.is_positive:
        asked = f"{key} {case.method} {case.formatted_path} {case.body!r}"
        case.headers["Idempotency-Key"] = hashlib.sha256(asked.encode()).hexdigest()[:40]
