"""`make clients`: a wheel for Python, and a package for npm with types from the OpenAPI document.

    python docs/examples/clients/build.py [--into dist/clients] [--only python|typescript] [--node-modules FOLDER]

Both have the version of the API. The types for TypeScript are generated and not kept under version control.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
PROJECT = HERE.parents[2]
PYTHON, TYPESCRIPT = HERE / "python", HERE / "typescript"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--into", type=Path, default=PROJECT / "dist" / "clients")
    parser.add_argument("--only", choices=("python", "typescript"))
    parser.add_argument(
        "--node-modules", type=Path, help="where the packages of typescript/ are installed, if not there"
    )
    options = parser.parse_args()
    into: Path = options.into.absolute()
    into.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="clients-") as workshop:
        if options.only != "typescript":
            build_python(Path(workshop, "python"), into)
        if options.only != "python":
            document = Path(workshop, "openapi.json")
            describe(document)
            build_typescript(document, Path(workshop, "typescript"), into, options.node_modules)
    (into / ".gitignore").unlink(missing_ok=True)  # which uv leaves there
    for path in sorted(into.iterdir()):
        print(path)


def version() -> str:
    """That of the API, which is that of the program."""
    found: str = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]["version"]
    return found


def describe(document: Path) -> None:
    """The OpenAPI document, as the site serves it, but for answers without a body that are no success.

    Clients follow redirects and answer 304 from memory by themselves. Generators would make of such an answer that any
    answer may hold anything.
    """
    key = os.environ.get("SECRET_KEY") or "to-describe-the-api-0123456789abcdef" * 2
    run(
        *(sys.executable, "manage.py", "spectacular", "--fail-on-warn"),
        *("--format", "openapi-json", "--file", document),
        folder=PROJECT,
        SECRET_KEY=key,
    )
    described = json.loads(document.read_text())
    open_values(described)
    for operations in described["paths"].values():
        for operation in operations.values():
            operation["responses"] = {
                status: answer
                for status, answer in operation["responses"].items()
                if status.startswith("2") or "content" in answer
            }
    document.write_text(json.dumps(described))


def open_values(node: Any) -> None:
    """Let texts with listed values be any text, since a newer site may have more of them; leave out partial bodies."""
    if isinstance(node, dict):
        if "anyOf" in node:
            node["anyOf"] = [part for part in node["anyOf"] if "/Partial" not in part.get("$ref", "")]
        if node.get("type") == "string":
            node.pop("enum", None)
        for part in node.values():
            open_values(part)
    elif isinstance(node, list):
        for part in node:
            open_values(part)


def build_python(workshop: Path, into: Path) -> None:
    shutil.copytree(PYTHON, workshop, ignore=shutil.ignore_patterns("__pycache__", "_version.py"))
    package = workshop / "factcheck_client"
    (package / "_version.py").write_text(f'"""The version of the API."""\n\n__version__ = "{version()}"\n')
    shutil.copy(PROJECT / "docs" / "examples" / "verify_ledger.py", package / "verification.py")
    run(
        *(sys.executable, "-m", "uv", "build", "--quiet", "--wheel", "--no-build-isolation"),
        *("--out-dir", into, workshop),
        folder=workshop,
    )


def build_typescript(document: Path, workshop: Path, into: Path, modules: Path | None) -> None:
    shutil.copytree(TYPESCRIPT, workshop, ignore=shutil.ignore_patterns("node_modules", "dist", "schema.ts"))
    if modules is None:
        run("npm", "ci", "--no-progress", "--loglevel=error", folder=workshop)
    else:
        (workshop / "node_modules").symlink_to(modules.absolute(), target_is_directory=True)
    described = workshop / "package.json"
    described.write_text(
        json.dumps(json.loads(described.read_text()) | {"version": version()}, indent=2) + "\n"
    )
    tools = workshop / "node_modules" / ".bin"
    run(tools / "openapi-typescript", document, "-o", "src/schema.ts", folder=workshop)
    run(tools / "tsc", "--project", "tsconfig.json", folder=workshop)
    run("npm", "pack", "--silent", "--pack-destination", into, folder=workshop)


def run(*command: str | Path, folder: Path, **environment: str) -> None:
    done = subprocess.run(
        command, cwd=folder, env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}")


if __name__ == "__main__":
    main()
