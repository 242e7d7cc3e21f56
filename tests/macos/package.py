# SPDX-License-Identifier: MIT
"""Looks at the package for macOS and at the configuration profiles; says what is wrong.
package.py package ROOT UNPACKED PROGRAM | package.py profiles ROOT"""
import gzip
import io
import json
import plistlib
import re
import stat
import sys
import xml.etree.ElementTree as xml
from pathlib import Path

FOLDER = "Library/Application Support/JPKI Bridge"


def entries(payload):
    """The entries of a cpio archive of the odc form: name, mode, owner, group, bytes."""
    data = io.BytesIO(gzip.decompress(payload))
    while True:
        head = data.read(76)
        assert head[:6] == b"070707", "the payload is no cpio archive of the odc form"
        mode, uid, gid = (int(head[at : at + 6], 8) for at in (18, 24, 30))
        name = data.read(int(head[59:65], 8))[:-1].decode()
        body = data.read(int(head[65:76], 8))
        if name == "TRAILER!!!":
            return
        yield name.removeprefix("./"), mode, uid, gid, body


def look_at_package(root, unpacked, program):
    table = json.loads((root / "manifests/browsers.json").read_text())
    own = table["hosts"]["own"]
    files = {name: (mode, uid, gid, body) for name, mode, uid, gid, body in entries((unpacked / "jpki-bridge.pkg/Payload").read_bytes())}
    for name, (mode, uid, gid, _) in files.items():
        assert (uid, gid) == (0, 0), f"{name} is not root's"
        runs = stat.S_ISDIR(mode) or name in (f"{FOLDER}/jpki-bridge", f"{FOLDER}/uninstall.sh")
        assert stat.S_IMODE(mode) == (0o755 if runs else 0o644), f"{name} has the mode {stat.S_IMODE(mode):o}"
    assert files[f"{FOLDER}/jpki-bridge"][3] == program.read_bytes(), "the program is another one"
    expected = {}
    for browser in table["browsers"]:
        for place in browser["macos"]["system"]:
            expected[f"{place[1:]}/{own['name']}.json"] = browser["kind"]
    found = {name for name, (mode, *_) in files.items() if stat.S_ISREG(mode) and not name.startswith(f"{FOLDER}/")}
    assert found == set(expected), f"the manifests are {sorted(found)}"
    for name, kind in expected.items():
        manifest = json.loads(files[name][3])
        assert manifest["path"] == f"/{FOLDER}/jpki-bridge" and manifest["name"] == own["name"] and manifest["type"] == "stdio"
        if kind == "chromium":
            assert manifest["allowed_origins"] == [f"chrome-extension://{each}/" for each in own["chromium"]]
        else:
            assert manifest["allowed_extensions"] == own["firefox"]
    assert set(files[f"{FOLDER}/manifests.txt"][3].decode().split("\n")[:-1]) == {f"/{name}" for name in expected}
    info = xml.parse(unpacked / "jpki-bridge.pkg/PackageInfo").getroot()
    assert (info.get("identifier"), info.get("version"), info.get("auth")) == ("org.jpkibridge.host", "1.2.3", "root")
    assert int(info.find("payload").get("numberOfFiles")) == len(files)
    script = xml.parse(unpacked / "Distribution").getroot()
    reference = [each for each in script.iter("pkg-ref") if each.text]
    assert [(each.get("id"), each.get("version"), each.text) for each in reference] == [("org.jpkibridge.host", "1.2.3", "#jpki-bridge.pkg")]
    assert script.find("options").get("hostArchitectures") == "arm64,x86_64"
    assert script.find("volume-check/allowed-os-versions/os-version").get("min") == "11.0"
    shown = {script.find(each).get("file") for each in ("welcome", "conclusion")} | {"Localizable.strings"}
    for language in ("en", "ja"):
        words = unpacked / "Resources" / f"{language}.lproj"
        assert {each.name for each in words.iterdir()} == shown, f"the words in {language} are others"
        assert f'lang="{language}"' in (words / "welcome.html").read_text()
        assert '"TITLE"' in (words / "Localizable.strings").read_text()


def payloads(root, name, uuids):
    profile = plistlib.loads((root / "installers/macos/profiles" / f"{name}.mobileconfig").read_bytes())
    assert profile["PayloadType"] == "Configuration" and profile["PayloadScope"] == "System"
    found = {}
    for each in [profile, *profile["PayloadContent"]]:
        assert re.fullmatch(r"[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}", each["PayloadUUID"]) and each["PayloadUUID"] not in uuids
        uuids.add(each["PayloadUUID"])
        assert each["PayloadVersion"] == 1 and each["PayloadIdentifier"].startswith("org.jpkibridge.")
    for each in profile["PayloadContent"]:
        found[each["PayloadType"]] = {key: value for key, value in each.items() if not key.startswith("Payload")}
    return found


def template(root, name, extension):
    text = (root / "manifests/policies" / name).read_text()
    return json.loads(text.replace("@EXTENSION_ID@", extension).replace("@HOST@", "org.jpkibridge.host"))


def look_at_profiles(root):
    uuids = set()
    own = json.loads((root / "manifests/browsers.json").read_text())["hosts"]["own"]
    names = re.search(r"is_policy\(.*?names\[\] = \{(.*?)NULL\}", (root / "host/policy/policy.c").read_text(), re.S).group(1)
    host = payloads(root, "host", uuids)
    assert set(host) == {"org.jpkibridge.host"} and set(host["org.jpkibridge.host"]) == set(re.findall(r'"(\w+)"', names))
    # They say what the templates for other systems say, where each browser looks on macOS.
    chromium = template(root, "chromium.json", own["chromium"][0])
    managed = chromium.pop("3rdparty")["extensions"][own["chromium"][0]]
    edge = json.loads(json.dumps(chromium))
    for extension in edge["ExtensionSettings"].values():
        del extension["toolbar_pin"]
        extension["toolbar_state"] = "force_shown"
    for name, domain, settings in (("chrome", "com.google.Chrome", chromium), ("edge", "com.microsoft.Edge", edge)):
        assert payloads(root, name, uuids) == {domain: settings, f"{domain}.extensions.{own['chromium'][0]}": managed}, name
    firefox = {"EnterprisePoliciesEnabled": True, **template(root, "firefox.json", own["firefox"][0])["policies"]}
    assert payloads(root, "firefox", uuids) == {"org.mozilla.firefox": firefox}, "firefox"


if sys.argv[1] == "package":
    look_at_package(*(Path(each) for each in sys.argv[2:5]))
else:
    look_at_profiles(Path(sys.argv[2]))
