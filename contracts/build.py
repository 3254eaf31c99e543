# SPDX-License-Identifier: Apache-2.0
"""Compiles the contracts into `artifacts/*.json`. With --check: says what is not as compiled."""

import json
import re
import sys
from pathlib import Path
from typing import Any

from vyper import compile_from_file_input
from vyper.compiler.input_bundle import FileInput, FilesystemInputBundle
from vyper.compiler.settings import OptimizationLevel, Settings

HERE = Path(__file__).resolve().parent
ARTIFACTS = HERE / "artifacts"
SOURCES = [HERE / "src" / f"{name}.vy" for name in ("Vault", "LeaseEscrow", "UsageAnchor")]
SOURCES.append(HERE / "test" / "TestDollar.vy")
DOMAIN = "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"


def compiled(source: Path, root: Path = HERE) -> dict[str, Any]:
    """ABI and code of one contract. Nothing in it depends on where the repository lies."""
    text = source.read_text()
    # One path whose modules are found relative to the sources, and named so in the compiler.
    bundle = FilesystemInputBundle([root / "src"])
    file = FileInput(0, Path(source.name), source, text)
    outputs = compile_from_file_input(
        file,
        input_bundle=bundle,
        settings=Settings(optimize=OptimizationLevel.GAS),
        output_formats=["abi", "bytecode", "bytecode_runtime"],
        no_bytecode_metadata=True,
    )
    types = re.findall(r'"([A-Z]\w+\([a-z]\w* \w[^"]*\))"', text)
    return {
        "contract": source.stem,
        "compiler": "vyper 0.4.3, evm cancun, optimised for gas",
        "eip712": {"domain": DOMAIN, "types": types} if types else None,
        "abi": outputs["abi"],
        "bytecode": outputs["bytecode"],
        "runtime_bytecode": outputs["bytecode_runtime"],
    }


def rendered(artifact: dict[str, Any]) -> str:
    """One entry of the ABI a line: short, and a difference is readable."""
    lines = ",\n".join("  " + json.dumps(entry) for entry in artifact["abi"])
    head = {k: v for k, v in artifact.items() if k != "abi"}
    return json.dumps(head, indent=1)[:-2] + ',\n "abi": [\n' + lines + "\n ]\n}\n"


def main() -> int:
    check = sys.argv[1:] == ["--check"]
    stale = []
    for source in SOURCES:
        path, text = ARTIFACTS / f"{source.stem}.json", rendered(compiled(source))
        if check and (not path.exists() or path.read_text() != text):
            stale.append(path.name)
        elif not check:
            path.write_text(text)
            print(path.name)
    if stale:
        print("not as compiled (script/contracts build):", *stale, file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
