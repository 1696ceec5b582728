"""Print the weight of the program per package: files, code lines and tokens of the last commit.

A code line is neither blank, nor only a comment, nor part of a docstring. Tokens are Python's own, without comments,
line ends and docstrings, so that packing lines changes nothing. Migrations are left out, because Django writes them.
`python -m deploy.weight` prints every package, `--total` only the last line, and a commit may follow.
"""

import argparse
import ast
import io
import subprocess
import tokenize
from collections import Counter

PROGRAM = ("claims", "factcheck", "sources")
#: Packages that are weighed by the packages in them.
DIVIDED = {"claims", "factcheck"}
_LAYOUT = {
    tokenize.COMMENT,
    tokenize.NL,
    tokenize.NEWLINE,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.ENCODING,
    tokenize.ENDMARKER,
}


def weigh(text: str) -> Counter[str]:
    """Return the numbers of code lines and tokens of a module."""
    docstring_lines: set[int] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(
            node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
        ) and ast.get_docstring(node):
            docstring_lines.update(range(node.body[0].lineno, (node.body[0].end_lineno or 0) + 1))
    lines = [
        line
        for number, line in enumerate(text.split("\n"), start=1)
        if number not in docstring_lines and line.strip() and not line.strip().startswith("#")
    ]
    tokens = [
        token
        for token in tokenize.generate_tokens(io.StringIO(text).readline)
        if token.type not in _LAYOUT and token.start[0] not in docstring_lines
    ]
    return Counter(files=1, lines=len(lines), tokens=len(tokens))


def name_package(path: str) -> str:
    """Return the package that a file counts for: `claims/review`, `sources`, or `factcheck` for its own modules."""
    top, inner, *_rest = [*path.split("/"), ""]
    return f"{top}/{inner}" if top in DIVIDED and not inner.endswith(".py") else top


def weigh_packages(commit: str) -> dict[str, Counter[str]]:
    """Return the weight of each package in a commit."""
    weights: dict[str, Counter[str]] = {}
    for path in _run_git("ls-tree", "-r", "--name-only", commit, *PROGRAM).splitlines():
        if path.endswith(".py") and "/migrations/" not in path:
            weights.setdefault(name_package(path), Counter()).update(
                weigh(_run_git("show", f"{commit}:{path}"))
            )
    return weights


def _run_git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], capture_output=True, text=True, check=True).stdout  # noqa: S607  git of the developer


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("commit", nargs="?", default="HEAD")
    parser.add_argument("--total", action="store_true", help="print only the whole")
    options = parser.parse_args()
    weights = weigh_packages(options.commit)
    total: Counter[str] = sum(weights.values(), Counter())
    for name, weight in [*([] if options.total else sorted(weights.items())), ("The program", total)]:
        print(
            f"{name:20} {weight['files']:5} files {weight['lines']:7} code lines {weight['tokens']:8} tokens"
        )


if __name__ == "__main__":
    main()
