"""What must stand in none of our code, found by reading it."""

import ast
from collections.abc import Iterator

RUNS_WHAT_IT_READS = frozenset(
    {
        "pickle",
        "cPickle",
        "marshal",
        "shelve",
        "dill",
        "cloudpickle",
        "joblib",
        "yaml",
        "jsonpickle",
    }
)
TALKS = frozenset({"requests", "httpx", "urllib3", "http.client", "urllib.request", "ftplib"})
"""Libraries that connect to where they are told."""
CONNECTS = frozenset(
    {"ClientSession", "urlopen", "build_opener", "create_connection", "open_connection"}
)
BUILT_IN = frozenset({"eval", "exec", "compile", "__import__"})
SHELLS = frozenset({"os.system", "os.popen", "subprocess.getoutput", "subprocess.getstatusoutput"})
FORBIDDEN = {
    "weights_only": False,
    "shell": True,
    "verify": False,
    "ssl": False,
    "check_hostname": False,
    "allow_pickle": True,
    "trust_remote_code": True,
    "autoescape": False,
    "hide_parameters": False,
}
"""Arguments and attributes that must not have that value."""
UNSAFE_NAMES = frozenset({"CERT_NONE", "_create_unverified_context", "mktemp", "set_literal_value"})
READERS = ("Tokenizer", "Processor", "Config", "ProcessorPil", "words")
"""What is loaded by these holds words and numbers, and no weights."""


def wrong_in(code: str) -> list[str]:
    """What a reader must not find, each with its line."""
    return [f"{node.lineno}: {why}" for node, why in _found(ast.parse(code))]


def outward_in(code: str) -> set[str]:
    """By what it could connect to somebody."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(code)):
        match node:
            case ast.Import(names=names):
                found |= {one.name for one in names} & TALKS
            case ast.ImportFrom(module=str(module)) if module in TALKS:
                found.add(module)
            case ast.Call(func=called) if (name := _last(called)) in CONNECTS:
                found.add(name)
    return found


def _found(tree: ast.Module) -> Iterator[tuple[ast.stmt | ast.expr, str]]:
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from ((node, one.name) for one in names if _runs(one.name))
            case ast.ImportFrom(module=str(module)) if _runs(module):
                yield node, module
            case ast.Assert(test=test) if not _narrows(test):
                yield node, "a guard that python -O leaves out"
            case ast.Assign(targets=[ast.Attribute(attr=name)], value=ast.Constant(value=value)):
                if name in FORBIDDEN and FORBIDDEN[name] is value:
                    yield node, f"{name} = {value}"
            case ast.Attribute(attr=name) | ast.Name(id=name) if name in UNSAFE_NAMES:
                yield node, name
            case ast.Call():
                yield from ((node, why) for why in _wrong_call(node))


def _wrong_call(call: ast.Call) -> Iterator[str]:
    told = {one.arg: one.value for one in call.keywords if one.arg}
    called = ast.unparse(call.func)
    for name, value in told.items():
        if name in FORBIDDEN and getattr(value, "value", None) is FORBIDDEN[name]:
            yield f"{name}={FORBIDDEN[name]}"
    if called in BUILT_IN or called in SHELLS or called.startswith(("os.exec", "os.spawn")):
        yield called
    if called.startswith("torch.") and _last(call.func) == "load" and not _is(told, "weights_only"):
        yield f"{called} without weights_only=True"
    if _last(call.func) == "from_pretrained":
        yield from _wrong_loading(call.func, told)


def _wrong_loading(called: ast.expr, told: dict[str, ast.expr]) -> Iterator[str]:
    kind = ast.unparse(called).removesuffix(".from_pretrained")
    if not _is(told, "local_files_only"):
        yield f"{kind} may be downloaded while it is loaded"
    if not kind.endswith(READERS) and not _is(told, "use_safetensors"):
        yield f"{kind} may be loaded from a pickle"
    if ".Auto" in kind and not _is(told, "trust_remote_code", False):
        yield f"{kind} may ask for code of its own"


def _is(told: dict[str, ast.expr], name: str, value: bool = True) -> bool:
    return getattr(told.get(name), "value", None) is value


def _runs(module: str) -> bool:
    return module.partition(".")[0] in RUNS_WHAT_IT_READS


def _narrows(test: ast.expr) -> bool:
    """Tells a type checker what is so anyway."""
    match test:
        case ast.Call(func=ast.Name(id="isinstance")):
            return True
        case ast.Compare(ops=[ast.IsNot()], comparators=[ast.Constant(value=None)]):
            return True
        case _:
            return False


def _last(called: ast.expr) -> str:
    return ast.unparse(called).rpartition(".")[2]
