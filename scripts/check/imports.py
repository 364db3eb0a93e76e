#!/usr/bin/env python3
"""Finds circles of imports between the Rust files of the workspace, and between its crates.

usage: scripts/check/imports.py [--self-test]

A file depends on another if it uses one of that file's items: by an import, or by a path in its code. Files that
depend on each other, directly or through others, form a circle: it is printed with the names that tie it, and the
exit code is 1. Names are followed through re-exports to the file that defines them.

A parent module does not depend on its submodules if it only declares them (`mod`), re-exports them (`pub use`) or
lists them, in a constant, a static, or an enum and its `impl` blocks. Code under `#[cfg(test)]` is ignored. What has no name in
the code, such as a method called on a value of a type that is never named, is not seen.

Crates depend on each other by their manifests, dev-dependencies included, which cargo would let form a circle.
"""

import re
import sys
import tomllib
from collections import defaultdict, deque
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).resolve().parents[2]

TOKEN = re.compile(
    r"""
      (?P<skip>\s+|//[^\n]*)
    | (?P<comment>/\*)
    | (?P<string>[bc]?r(?P<hashes>\#*)"(?s:.*?)"(?P=hashes)|[bc]?"(?:[^"\\]|\\(?s:.))*")
    | (?P<char>b?'(?:[^'\\\n]|\\(?:u\{[^}]*\}|.)[^'\n]*?)')
    | (?P<lifetime>'\w+)
    | (?P<name>(?:r\#)?[^\W\d]\w*)
    | (?P<number>\d[\w.]*?(?=\.\.|[^\w.]|$))
    | (?P<sign>::|=>|->|.)
    """,
    re.VERBOSE,
)

OPEN, CLOSE = "([{", ")]}"


class Token:
    """A name, a sign or a string of the code, with its line."""

    def __init__(self, kind, text, line):
        self.kind, self.text, self.line = kind, text, line


def tokens(code):
    """Returns the tokens of Rust code, without comments, numbers, characters and lifetimes."""
    found, at, line = [], 0, 1
    while at < len(code):
        match = TOKEN.match(code, at)
        kind, text = match.lastgroup if match.lastgroup != "hashes" else "string", match[0]
        if kind == "comment":
            depth, end = 1, match.end()
            while depth and end < len(code):
                step = 2
                if code.startswith("/*", end):
                    depth += 1
                elif code.startswith("*/", end):
                    depth -= 1
                else:
                    step = 1
                end += step
            text = code[at:end]
        elif kind in ("name", "sign", "string"):
            found.append(Token(kind, text.removeprefix("r#") if kind == "name" else text, line))
        line += text.count("\n")
        at += len(text)
    return found


class Module:
    """A module: its file, and what its names stand for."""

    def __init__(self, file, parent, folder):
        self.file, self.parent, self.folder = file, parent, folder
        self.names = defaultdict(list)  # name -> modules, items and imports
        self.globs = []  # paths of `use path::*`
        self.uses = []  # of the code: (path, line, where it stands)
        self.imports = []  # (name, path, line) of what is imported and not re-exported

    def root(self):
        return self.parent.root() if self.parent else self

    def is_within(self, other):
        """Tells whether this is a submodule of another one, however deep."""
        return self.parent is not None and (self.parent is other or self.parent.is_within(other))


class Item:
    """Something that a module defines; `is_type` tells whether a path can continue after its name."""

    def __init__(self, module, name, is_type):
        self.module, self.name, self.is_type = module, name, is_type


class Reader:
    """Reads a file and its submodules."""

    def __init__(self, read):
        self.read = read

    def root(self, file):
        module = Module(file, None, PurePosixPath(file).parent)
        self.file(module)
        return module

    def file(self, module):
        code = tokens(self.read(module.file))
        self.items(code, 0, len(code), module)

    def items(self, code, at, end, module):
        is_test, path = False, None
        while at < end:
            text = code[at].text
            if text == "#" and at + 1 < end:
                is_inner = code[at + 1].text == "!"
                start = at + 1 + is_inner
                at = past(code, start)
                inside = [token.text for token in code[start + 1 : at - 1]]
                if is_cfg_test(inside):
                    if is_inner:
                        return
                    is_test = True
                if inside[:2] == ["path", "="]:
                    path = inside[2].strip('"')
                continue
            if is_test:
                at = self.item_end(code, at, end)
            else:
                at = self.item(code, at, end, module, path)
            is_test, path = False, None

    def item_end(self, code, at, end):
        """Returns where an item ends: after its `;`, or after the block that it ends with."""
        ends_with_block = False
        while at < end:
            text = code[at].text
            if text in ("fn", "struct", "enum", "union", "trait", "impl", "mod", "extern", "macro_rules"):
                ends_with_block = True
            if text == "=":
                ends_with_block = False
            if text == ";":
                return at + 1
            if text == "!" and code[at + 1].kind == "sign" and code[at + 1].text == "{":
                return past(code, at + 1)
            if text in OPEN:
                at = past(code, at)
                if ends_with_block and text == "{":
                    return at
            else:
                at += 1
        return end

    def item(self, code, at, end, module, path):
        start = at
        is_public = code[at].text == "pub"
        if is_public:
            at += 1
            if code[at].text == "(":
                at = past(code, at)
        end = self.item_end(code, start, end)
        words = []
        while at < end and (code[at].kind == "name" or code[at].kind == "string"):
            words.append(code[at].text)
            at += 1
        match words:
            case ["mod", name]:
                self.submodule(code, at, end, module, name, path)
            case ["use", *_] | []:
                if words:
                    at -= len(words) - 1
                    for name, found in use_tree(code, at, end):
                        self.use(module, name, found, code[start].line, is_public)
            case ["extern", "crate", *_]:
                pass
            case [*_, "fn" | "struct" | "enum" | "union" | "trait" | "type", name] | ["macro_rules", name]:
                self.define(code, at, end, module, name, words[-2])
            case ["const" | "static", name] | ["static", "mut", name]:
                self.define(code, at, end, module, name, words[0])
            case ["macro_rules"]:
                module.names[code[at + 1].text].append(Item(module, code[at + 1].text, False))
                self.body(code, at + 2, end, module, ("code", None))
            case [*_, "impl"] | ["impl", *_]:
                self.body(code, start, end, module, ("impl", self_type(code, start, end)))
            case _:
                self.body(code, start, end, module, ("code", None))
        return end

    def define(self, code, at, end, module, name, kind):
        if name != "_":
            module.names[name].append(Item(module, name, kind in ("struct", "enum", "union", "trait", "type")))
        place = {"const": "list", "static": "list", "enum": "enum"}.get(kind, "code")
        self.body(code, at, end, module, (place, name))

    def submodule(self, code, at, end, module, name, path):
        if code[at].text == "{":
            child = Module(module.file, module, module.folder / name)
            module.names[name].append(child)
            self.items(code, at + 1, end - 1, child)
            return
        places = [module.folder / f"{name}.rs", module.folder / name / "mod.rs"]
        if path:
            places = [PurePosixPath(module.file).parent / path]
        for place in places:
            if self.read(str(place)) is not None:
                is_own_folder = place.name == "mod.rs" or path
                child = Module(str(place), module, place.parent if is_own_folder else module.folder / name)
                module.names[name].append(child)
                self.file(child)
                return

    def use(self, module, name, path, line, is_public):
        if name == "*":
            module.globs.append(path)
            return
        if name != "_":
            module.names[name].append(path)
        if is_public:
            module.uses.append((path, line, ("export", None)))
        else:
            module.imports.append((name, path, line))

    def body(self, code, at, end, module, place):
        """Notes the paths of some code, and where it stands: in which kind of item, of which name."""
        while at < end:
            token = code[at]
            before = code[at - 1].text if at else ""
            if token.text == "#" and at + 1 < end and code[at + 1].text == "[":
                start, at = at + 1, past(code, at + 1)
                if is_cfg_test([token.text for token in code[start + 1 : at - 1]]):
                    at = self.statement_end(code, at, end)
            elif token.text == "use" and token.kind == "name":
                stop = next(i for i in range(at, end) if code[i].text == ";")
                for name, path in use_tree(code, at + 1, stop):
                    self.use(module, name, path, token.line, False)
                at = stop
            elif token.kind == "name" and before not in (".", "::"):
                path = [token.text]
                while at + 2 < end and code[at + 1].text == "::" and code[at + 2].kind == "name":
                    path.append(code[at + 2].text)
                    at += 2
                module.uses.append((path, token.line, place))
                at += 1
            else:
                at += 1

    def statement_end(self, code, at, end):
        while at < end and code[at].text not in CLOSE:
            text = code[at].text
            at = past(code, at) if text in OPEN else at + 1
            if text in (";", ",", "{"):
                break
        return at


def past(code, at):
    """Returns the place after the bracket that closes the one at a place."""
    depth = 0
    while at < len(code):
        if code[at].kind == "sign":
            depth += (code[at].text in OPEN) - (code[at].text in CLOSE)
        at += 1
        if depth == 0:
            break
    return at


def self_type(code, at, end):
    """Returns the name of the type that an `impl` block is for."""
    head = []
    while at < end and code[at].text != "{":
        head.append(code[at].text)
        at += 1
    if "for" in head:
        head = head[head.index("for") + 1 :]
    depth, name = 0, None
    for text in head:
        depth += (text == "<") - (text == ">")
        if depth == 0 and text == "where":
            break
        if depth == 0 and text.isidentifier() and text not in ("impl", "unsafe"):
            name = text
    return name


def is_cfg_test(attribute):
    """Tells whether an attribute is `cfg(test)` or `cfg(all(test, …))`."""
    return attribute[:3] == ["cfg", "(", "test"] or attribute[:4] == ["cfg", "(", "all", "("] and "test" in attribute


def use_tree(code, at, end):
    """Returns each imported name of a `use` with its path; that of a glob is `*`."""
    found = []

    def tree(at, prefix):
        path = list(prefix)
        while at < end:
            text = code[at].text
            if text == "{":
                stop = past(code, at) - 1
                at += 1
                while at < stop:
                    at = tree(at, path)
                    if at < stop and code[at].text == ",":
                        at += 1
                return stop + 1
            if text == "*":
                found.append(("*", path))
                return at + 1
            if text == "as":
                found.append((code[at + 1].text, path))
                return at + 2
            if text == "::":
                at += 1
            elif code[at].kind == "name":
                if text != "self" or not path:
                    path.append(text)
                at += 1
            else:
                break
        found.append((path[-1] if path else "_", path))
        return at

    tree(at, [])
    return found


def find(module, path, seen=frozenset()):
    """Returns the items and modules that a path in the code of a module stands for."""
    key = (id(module), tuple(path))
    if key in seen or not path:
        return []
    seen = seen | {key}
    first, rest = path[0], path[1:]
    if first == "crate":
        return descend([module.root()], rest, seen)
    if first == "self":
        return descend([module], rest, seen)
    if first == "super":
        return descend([module.parent], rest, seen) if module.parent else []
    return descend(named(module, first, seen), rest, seen)


def descend(found, path, seen):
    for name in path:
        inside = []
        for one in found:
            if isinstance(one, Item):
                inside += [one] if one.is_type else []
            elif name == "super":
                inside += [one.parent] if one.parent else []
            else:
                inside += named(one, name, seen)
        found = inside
    return found


def named(module, name, seen):
    """Returns what a name stands for in a module."""
    found = []
    for one in module.names.get(name, []):
        if isinstance(one, list):
            # `use name;` does not import the name from itself, but from outside.
            found += find(module, one, seen) if one != [name] else []
        else:
            found.append(one)
    if not found:
        for glob in module.globs:
            for one in find(module, glob, seen):
                if isinstance(one, Module):
                    key = (id(one), name, "glob")
                    found += named(one, name, seen | {key}) if key not in seen else []
    return found


def modules(module):
    yield module
    for named in list(module.names.values()):
        for one in named:
            if isinstance(one, Module) and one.parent is module:
                yield from modules(one)


def file_edges(root):
    """Returns which file uses which: file -> file -> name -> line."""
    edges = defaultdict(lambda: defaultdict(dict))
    for module in modules(root):
        used = {path[0] for path, _, (place, _) in module.uses if place != "export"}
        # An import whose name does not occur in the code is that of a trait, for its methods.
        unused = [(path, line, ("code", None)) for name, path, line in module.imports if name not in used]
        found = [
            (item, line, place)
            for path, line, place in [*module.uses, *unused]
            for item in find(module, path)
            if isinstance(item, Item) and item.module.file != module.file
        ]
        lists = {name for item, _, (place, name) in found if place == "enum" and item.module.is_within(module)}
        for item, line, (place, name) in found:
            is_list = place in ("export", "list", "enum") or (place == "impl" and name in lists)
            if not (is_list and item.module.is_within(module)):
                edges[module.file][item.module.file].setdefault(item.name, line)
    return edges


def circles(edges):
    """Returns the shortest circle and all members of each knot: files that depend on each other."""
    reach = {}
    for start in edges:
        before, todo = {}, deque([start])
        while todo:
            at = todo.popleft()
            for to in edges.get(at, ()):
                if to not in before:
                    before[to] = at
                    todo.append(to)
        reach[start] = before
    found, done = [], set()
    for start in sorted(edges):
        if start in done or start not in reach[start]:
            continue
        members = sorted(to for to in reach[start] if start in reach.get(to, ()))
        done.update(members)
        ways = []
        for member in members:
            way = [member]
            at = reach[member][member]
            while at != member:
                way.append(at)
                at = reach[member][at]
            ways.append([member, *reversed(way)])
        found.append((min(ways, key=lambda way: (len(way), way)), members))
    return found


def targets(folder, manifest, exists):
    """Returns the root files of the targets of a crate."""
    found = [f"{folder}/src/lib.rs", f"{folder}/src/main.rs"]
    for kind in ("bin", "test", "example", "bench"):
        found += [clean(f"{folder}/{one['path']}") for one in manifest.get(kind, []) if "path" in one]
    return [file for file in found if exists(file)]


def clean(path):
    """Returns a path without `..`."""
    parts = []
    for part in PurePosixPath(path).parts:
        if part == ".." and parts:
            parts.pop()
        else:
            parts.append(part)
    return str(PurePosixPath(*parts))


def check(files):
    """Returns what is wrong with a workspace, given as a mapping of paths to content."""
    read, faults = files.get, []
    crates, edges = {}, defaultdict(lambda: defaultdict(dict))
    for path in sorted(files):
        if path.endswith("/Cargo.toml") and path.count("/") == 2:
            manifest = tomllib.loads(files[path])
            crates[manifest["package"]["name"]] = (path.removesuffix("/Cargo.toml"), manifest)
    for name, (folder, manifest) in crates.items():
        for part in (manifest, *manifest.get("target", {}).values()):
            for kind in ("dependencies", "build-dependencies", "dev-dependencies"):
                for other in part.get(kind, {}):
                    if other in crates:
                        edges[name][other][f"[{kind}]"] = 0
        seen = set()
        roots = targets(folder, manifest, files.__contains__)
        roots += [path for path in files if PurePosixPath(path).parent in map(PurePosixPath, (
            f"{folder}/src/bin", f"{folder}/tests", f"{folder}/examples", f"{folder}/benches")) and path.endswith(".rs")]
        for root in roots:
            if root not in seen:
                seen.add(root)
                faults += told(file_edges(Reader(read).root(root)))
    return faults + told(edges)


def told(edges):
    """Returns a message and its members for each circle."""
    found = []
    for way, members in circles(edges):
        lines = [f"a circle of imports: {' -> '.join(way)}"]
        lines += [f"it is part of a knot of {len(members)}"] if len(members) > len(way) - 1 else []
        for member in members:
            for other in members:
                names = edges[member].get(other, {})
                if names:
                    line = min(names.values())
                    place = f"{member}:{line}" if line else member
                    lines.append(f"  {place} uses {', '.join(sorted(names))} of {other}")
        found.append(("\n".join(lines), set(members)))
    return found


def workspace():
    """Returns the manifests and the code of the workspace."""
    paths = [*ROOT.glob("crates/*/Cargo.toml"), *ROOT.glob("crates/**/*.rs"), *ROOT.glob("tests/**/*.rs")]
    return {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in paths}


# Each case: what it shows, the files of a crate (or of several), the members of each circle.
CASES = [
    ("a line is no circle", {"lib.rs": "mod a; mod b;", "a.rs": "use crate::b::B;", "b.rs": "pub struct B;"}, []),
    (
        "two files import from each other",
        {"lib.rs": "mod a; mod b;", "a.rs": "use crate::b::B; pub struct A(B);", "b.rs": "use super::a::A; pub struct B(A);"},
        [{"a.rs", "b.rs"}],
    ),
    (
        "three files do, by a path in the code, a group and a name of another",
        {
            "lib.rs": "mod a; mod b; mod c;",
            "a.rs": "pub fn a() { crate::b::b::<u8>() }",
            "b.rs": "use crate::{c::{self, C as D}}; pub fn b<T>() -> D { c::c() }",
            "c.rs": "use super::a; pub struct C; pub fn c() -> C { a::a(); C }",
        },
        [{"a.rs", "b.rs", "c.rs"}],
    ),
    (
        "a parent may declare, re-export and list",
        {
            "lib.rs": """
                mod format;
                pub use format::Format;
            """,
            "format.rs": """
                pub(crate) mod csv;
                mod json;
                use json::Json;
                pub(crate) use csv::Csv;
                pub trait Format {}
                pub const FORMATS: &[&dyn Format] = &[&csv::Csv, &Json];
                pub enum Config { Csv(csv::Csv), Json(Json) }
            """,
            "format/csv.rs": "use crate::Format; pub struct Csv; impl Format for Csv {}",
            "format/json.rs": "use super::Format; pub struct Json; impl Format for Json {}",
        },
        [],
    ),
    (
        "a list of backends is one with its methods",
        {
            "lib.rs": """
                mod lines; mod words;
                pub struct Layer;
                pub enum Config { Off, Lines(lines::Config), Words(words::Config) }
                impl Default for Config { fn default() -> Self { Self::Lines(lines::Config::default()) } }
                impl Config { pub fn build(&self) -> Layer { match self { Self::Words(it) => words::build(it), _ => Layer } } }
            """,
            "lines.rs": "#[derive(Default)] pub struct Config; fn layer() -> crate::Layer { crate::Layer }",
            "words.rs": "use crate::Layer; pub struct Config; pub fn build(_: &Config) -> Layer { Layer }",
        },
        [],
    ),
    (
        "the methods of a struct are no list, nor is a struct",
        {
            "lib.rs": "mod a; pub struct Top { keep: u8 } impl Top { fn run() { a::go() } }",
            "a.rs": "mod b; pub struct Own(b::Other); pub fn go() { let _ = crate::Top { keep: 1 }; }",
            "a/b.rs": "pub struct Other; fn f(_: super::Own) {}",
        },
        [{"a.rs", "a/b.rs", "lib.rs"}],
    ),
    (
        "a module and a function of one name are told apart",
        {
            "lib.rs": "mod a; mod b; mod tag; pub fn tag() { a::a() }",
            "tag.rs": "pub struct Tag;",
            "a.rs": "use crate::{b, tag::Tag}; pub fn a() { let _ = Tag; b::b() }",
            "b.rs": "use super::tag; pub fn b() { let _ = tag::Tag; }",
        },
        [],
    ),
    (
        "a parent that works with its submodule is part of a circle",
        {
            "lib.rs": "mod a; pub struct Top; pub fn run() { a::go() }",
            "a.rs": "use crate::Top; pub fn go() { let _ = Top; }",
        },
        [{"lib.rs", "a.rs"}],
    ),
    (
        "only a parent may list",
        {
            "lib.rs": "mod a; mod b;",
            "a.rs": "pub const ALL: &[u8] = &[crate::b::B];",
            "b.rs": "pub const B: u8 = 1; pub fn b() -> usize { super::a::ALL.len() }",
        },
        [{"a.rs", "b.rs"}],
    ),
    (
        "tests, comments and strings do not count",
        {
            "lib.rs": "mod a; mod b;",
            "a.rs": """
                pub struct A<'a>(&'a str);
                // use crate::b::B;
                /* use crate::b::B; /* nested */ use crate::b::B; */
                const TEXT: &str = "crate::b::B \\" crate::b::B";
                const RAW: &str = r#"" crate::b::B"#;
                const QUOTE: char = '"'; const ESCAPED: char = '\\''; const LAST: char = '"';
                #[cfg(test)]
                mod tests { use super::*; use crate::b::B; fn b() -> B { B } }
                #[cfg(all(test, unix))]
                fn helper() { crate::b::b() }
            """,
            "b.rs": "use crate::a::A; pub struct B; pub fn b(_: A<'_>) {}",
        },
        [],
    ),
    (
        "what follows a test or a string counts",
        {
            "lib.rs": "mod a; mod b;",
            "a.rs": """
                #[cfg(test)]
                use crate::b::Other;
                const QUOTE: char = '"';
                pub struct A<'a>(&'a crate::b::B);
            """,
            "b.rs": "pub use crate::a::A; pub struct B;",
        },
        [{"a.rs", "b.rs"}],
    ),
    (
        "names are followed through re-exports and globs to where they are defined",
        {
            "lib.rs": "mod a; mod b; mod c; pub use b::*;",
            "a.rs": "use crate::B; pub struct A(B);",
            "b.rs": "mod inner; pub use inner::B;",
            "b/inner.rs": "use crate::c::*; pub struct B(C);",
            "c.rs": "pub struct C; fn c(_: crate::a::A) {}",
        },
        [{"a.rs", "b/inner.rs", "c.rs"}],
    ),
    (
        "an import of a trait for its methods counts",
        {
            "lib.rs": "mod a; mod b;",
            "a.rs": "use crate::b::Speak as _; pub struct A; fn a() { 1.speak() }",
            "b.rs": "use crate::a::A; pub trait Speak { fn speak(&self) -> A; }",
        },
        [{"a.rs", "b.rs"}],
    ),
    (
        "modules within a file belong to the file",
        {
            "lib.rs": "mod a { pub mod b; pub mod c { pub struct C; } } fn f(_: a::b::B) {}",
            "a/b.rs": "use super::c::C; pub struct B(C);",
        },
        [{"lib.rs", "a/b.rs"}],
    ),
    (
        "imports within functions and old-style folders count",
        {
            "lib.rs": "mod a; mod b;",
            "a/mod.rs": "mod deep; pub fn a() { use crate::b; b::b() }",
            "a/deep.rs": "pub fn deep() {}",
            "b.rs": "#[path = \"other.rs\"] mod c; pub fn b() {}",
            "other.rs": "pub fn c() { crate::a::a() } fn d() { super::b() }",
        },
        [],
    ),
    (
        "a variable called like a module is no use of it",
        {
            "lib.rs": "mod a; mod b;",
            "a.rs": "use crate::b; pub fn a(b: u8) -> u8 { let b = b + 1; b }",
            "b.rs": "pub fn b() { crate::a::a(1); }",
        },
        [],
    ),
    (
        "crates form a circle through dev-dependencies too",
        {
            "crates/a/Cargo.toml": "[package]\nname = 'a'\n[dependencies]\nb.workspace = true",
            "crates/b/Cargo.toml": "[package]\nname = 'b'\n[dev-dependencies]\na.workspace = true",
            "crates/c/Cargo.toml": "[package]\nname = 'c'\n[dependencies]\na.workspace = true",
        },
        [{"a", "b"}],
    ),
]


def self_test():
    failed = 0
    for claim, tree, expected in CASES:
        prefix = "crates/a/src/"
        if "lib.rs" in tree:
            tree = {prefix + name: code for name, code in tree.items()}
            tree["crates/a/Cargo.toml"] = "[package]\nname = 'a'"
        found = [{member.removeprefix(prefix) for member in members} for _, members in check(tree)]
        if found != expected:
            failed += 1
            print(f"{claim}: expected {expected}, found {found}")
    print(f"{len(CASES) - failed} of {len(CASES)} cases as expected")
    return failed


def main():
    match sys.argv[1:]:
        case []:
            faults = check(workspace())
        case ["--self-test"]:
            sys.exit(self_test() > 0)
        case _:
            sys.exit(__doc__)
    for message, _ in faults:
        print(message)
    sys.exit(len(faults) > 0)


if __name__ == "__main__":
    main()
