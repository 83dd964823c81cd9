"""What `sam build` yields is what Lambda can run, and what was meant to be built."""

import re
import struct
import subprocess

import pytest

from bridge import FUNCTIONS
from bridge.runtime_api import bundles

# The C library of the runtime provided.al2023.
NEWEST_GLIBC = (2, 34)
# A cold start reads all of it. Somebody waits for the webhooks, who have neither the table nor an HTTP client of their own. The console
# carries its pages and the description of its API.
LARGEST_BYTES = {"alert-webhook": 8 * 1024 * 1024, "ticket-webhook": 8 * 1024 * 1024, "console": 24 * 1024 * 1024}
LARGEST_OF_OTHERS = 16 * 1024 * 1024
# What a program that unwinds after a panic calls, and one that aborts does not.
UNWINDING = b"_Unwind_RaiseException"


@pytest.fixture(scope="module")
def binaries(built_template):
    return {name: binary.read_bytes() for name, binary in bundles(built_template).items()}


def test_there_are_seven_bundles_with_nothing_but_a_program(built_template):
    found = bundles(built_template)
    assert tuple(sorted(found)) == FUNCTIONS
    assert all([file.name for file in binary.parent.iterdir()] == ["bootstrap"] for binary in found.values())


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_bundle_is_a_stripped_program_for_the_processor_that_the_template_names(binaries, function):
    binary = binaries[function]
    x86_64 = 62
    assert binary[:5] == b"\x7fELF\x02" and struct.unpack_from("<H", binary, 18)[0] == x86_64
    assert ".symtab" not in sections(binary)


def sections(binary):
    """The names of an ELF program's sections."""
    offset, = struct.unpack_from("<Q", binary, 0x28)
    size, count, names = struct.unpack_from("<HHH", binary, 0x3A)
    headers = [struct.unpack_from("<IIQQQQ", binary, offset + n * size) for n in range(count)]
    table = headers[names][4]
    return {binary[table + header[0] :].split(b"\0", 1)[0].decode() for header in headers}


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_bundle_needs_no_newer_c_library_than_lambda_has(binaries, function):
    versions = [tuple(map(int, version.split(b"."))) for version in re.findall(rb"GLIBC_(\d+\.\d+)\0", binaries[function])]
    assert versions and max(versions) <= NEWEST_GLIBC


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_panic_in_a_bundle_unwinds_so_that_it_costs_one_record_and_not_the_batch(binaries, function):
    assert UNWINDING in binaries[function]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_bundle_is_small(binaries, function):
    assert len(binaries[function]) <= LARGEST_BYTES.get(function, LARGEST_OF_OTHERS)


def test_the_webhooks_bundles_have_no_part_in_the_table_and_open_no_certificate_file(binaries):
    webhooks = {"alert-webhook", "ticket-webhook"}
    assert {function for function in FUNCTIONS if b"DynamoDB_20120810" in binaries[function]} == set(FUNCTIONS) - webhooks
    assert not any(b"/etc/ssl" in binaries[function] for function in webhooks)


def test_whoever_asks_what_day_it_is_somewhere_needs_no_time_zones_of_the_system(binaries):
    webhooks = {"alert-webhook", "ticket-webhook"}
    assert {function for function in FUNCTIONS if b"Europe/Berlin" in binaries[function]} >= set(FUNCTIONS) - webhooks


def test_a_program_built_with_the_usual_settings_would_be_noticed(tmp_path):
    """The two marks above mean something: an aborting program lacks the one, one that is not stripped has the other."""
    source = tmp_path / "main.rs"
    source.write_text("fn main() { std::fs::remove_dir(\"x\").unwrap() }")
    program = tmp_path / "main"
    subprocess.run(["rustc", "-C", "panic=abort", "-C", "lto=fat", "-O", "-o", str(program), str(source)], check=True)
    binary = program.read_bytes()
    assert UNWINDING not in binary
    assert ".symtab" in sections(binary)
