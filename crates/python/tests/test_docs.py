"""The examples in docstrings and pages are true, and the stubs say what is there."""

import doctest
import inspect

import blattwerk
from blattwerk import _annotator, _native


def test_examples_of_docstrings():
    for module in (blattwerk, _annotator):
        failed, tried = doctest.testmod(module, optionflags=doctest.ELLIPSIS)
        assert failed == 0 and tried > 0


def test_public_names_have_docstrings():
    for name in blattwerk.__all__:
        member = getattr(blattwerk, name)
        if inspect.isclass(member) or inspect.isfunction(member):
            assert inspect.getdoc(member), name


def test_stubs_name_what_the_native_part_has():
    from pathlib import Path

    stubs = Path(_native.__file__).with_name("_native.pyi").read_text(encoding="utf-8")
    for name in dir(_native):
        if not name.startswith("__"):
            assert f"class {name}" in stubs or f"def {name}(" in stubs or f"{name}: " in stubs, name
    assert Path(_native.__file__).with_name("py.typed").exists()
