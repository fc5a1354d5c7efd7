"""Programs in JavaScript that the build and its proof need: fetched from npm once, then kept in .site/vendor."""

import base64
import hashlib
import subprocess
import tarfile
import tempfile
from pathlib import Path

FOLDER = Path(__file__).parents[2] / ".site/vendor"
# Name and version, the file in the package, and npm's own digest of the package.
MERMAID = (
    "mermaid@11.16.1",  # the version in JupyterLab 4.6, so that a diagram is the same there and here
    "package/dist/mermaid.min.js",
    "sha512-TQsq6u22fAn3rek5VOubrhKPo1g5hwC3FXUN9hiyupTckcYiGuuKGkNQrKYwGJkXUxZdojwRG46gsSCFZMDp4g==",
)
AXE = (
    "axe-core@4.14.1",
    "package/axe.min.js",
    "sha512-FHfa+lmNjQZfJz1q8wKqIDwC6DExcHt/pkjNQb09a3NPjCKg2rhu5qb2S4r76ASyFNNtuFooJpZe37OgudVGtQ==",
)


def vendored(package):
    """Return the path of a package's file (MERMAID, AXE); fetch it, with npm, if it is not there yet.

    Raises SystemExit, with what to do in words, if npm is missing, fails, or gives something else.
    """
    name, member, integrity = package
    file = FOLDER / f"{name}.js"
    if file.exists():
        return file
    with tempfile.TemporaryDirectory() as folder:
        try:
            done = subprocess.run(["npm", "pack", name], cwd=folder, capture_output=True, text=True)
        except FileNotFoundError:
            raise SystemExit(f"no npm: it fetches {name} (Debian: apt-get install npm)") from None
        if done.returncode:
            raise SystemExit(f"npm cannot fetch {name}:\n{done.stderr.strip()}")
        [archive] = Path(folder).glob("*.tgz")
        digest = hashlib.sha512(archive.read_bytes()).digest()
        if integrity != f"sha512-{base64.b64encode(digest).decode()}":
            raise SystemExit(f"{name} is not the file that it was when its digest was taken")
        with tarfile.open(archive) as tar:
            text = tar.extractfile(member).read()
    FOLDER.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text)
    return file
