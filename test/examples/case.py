"""A case file by file, with Python's own library: HANGUP_URL=... HANGUP_KEY=... python3 case.py INCIDENT_AT PEER FILE..."""

import json
import os
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

URL = os.environ.get("HANGUP_URL", "http://127.0.0.1:8787")
KEY = os.environ["HANGUP_KEY"]


def call(method, path, body=None, **headers):
    """Returns the status and the text of the answer; what is wrong with a request ends the program."""
    headers["Authorization"] = f"Bearer {KEY}"
    request = urllib.request.Request(URL + path, data=body, method=method, headers=headers)
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        said = error.read().decode()
        if error.code == 409 and json.loads(said)["code"] == "in-progress":
            return error.code, said
        sys.exit(f"{error.code} {said}")


incident_at, peer, *files = sys.argv[1:]
opening = json.dumps({"incidentAt": incident_at, "peer": peer}).encode()
_, opened = call("POST", "/v1/cases", opening, **{"Content-Type": "application/json"})
case = f"/v1/cases/{json.loads(opened)['id']}"

for file in files:
    name = urllib.parse.quote(os.path.basename(file))
    with open(file, "rb") as body:
        length = {"Content-Length": str(os.path.getsize(file)), "Content-Type": "application/octet-stream"}
        _, stored = call("PUT", f"{case}/files/{name}", body, **length)
    for warning in json.loads(stored)["warnings"]:
        print(f"{name}: {warning['message']}", file=sys.stderr)

call("POST", f"{case}/diagnose")
while True:
    status, report = call("GET", f"{case}/diagnosis", Accept="text/markdown")
    if status == 200:
        break
    time.sleep(1)
sys.stdout.write(report)
