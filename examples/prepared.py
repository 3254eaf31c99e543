"""Makes an example's inputs once: again only when its parameters or its code changed."""

import hashlib
import json
import shutil
from pathlib import Path


def once(folder, scripts, parameters, make):
    """Calls `make(part)` to fill an empty folder, which then becomes `folder` as a whole.

    Nothing happens when `folder` was made by the same bytes of `scripts` from the same `parameters`
    (a dictionary that JSON can hold). True when it was made now.
    """
    folder = Path(folder)
    digest = hashlib.sha256()
    for script in scripts:
        digest.update(Path(script).read_bytes())
    digest.update(json.dumps(parameters, sort_keys=True).encode())
    stamp = folder / "prepared"
    if stamp.is_file() and stamp.read_text().strip() == digest.hexdigest():
        return False
    part = folder.with_name(folder.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    make(part)
    (part / "prepared").write_text(digest.hexdigest() + "\n")
    shutil.rmtree(folder, ignore_errors=True)
    part.rename(folder)
    return True
