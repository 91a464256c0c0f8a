#!/bin/sh
# Makes the virtual environment and installs pinned requirements into it; does nothing when that was done before.
#
#     sh scripts/venv.sh requirements.txt [requirements-evaluate.txt ... requirements-dev.txt]
#
# The last file named is what is installed; it includes those before it. A stamp in the environment holds their
# checksums: a changed file, not a touched one, costs an install, and a demo that is installed starts without network.
# An environment whose Python vanished or became another version is made anew. An install that was interrupted is
# done again in full, over what it left behind. Two installs at once wait for each other.
#
# VENV         the environment's folder (.venv)
# PYTHON       the Python to make it with (the first suitable of python3, python3.13, python3.12, ...)
# TORCH_INDEX  one more package index, such as PyTorch's own with its CPU builds (none)
set -eu
cd "$(dirname "$0")/.."
venv=${VENV:-.venv}
marker=$venv.installing

say() { printf '%s\n' "$@" >&2; }

fail() {
    say "$@"
    exit 1
}

choose_python() {
    for name in ${PYTHON:-python3 python3.13 python3.12 python3.11 python3.14}; do
        if "$name" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))' 2>/dev/null; then
            printf '%s\n' "$name"
            return
        fi
    done
    found=$("${PYTHON:-python3}" -V 2>&1) || found="none that runs"
    fail "Digit Forge needs Python 3.11, 3.12, 3.13 or 3.14; found as ${PYTHON:-python3}: $found." \
        "Install one (Debian: apt-get install python3 python3-venv; macOS: brew install python@3.13)" \
        "or name one that you have: make PYTHON=/path/to/python3.13 demo"
}

# Prints the environment's Python version, or nothing where there is no working Python with pip.
venv_version() {
    "$venv/bin/python" -c 'import sys, pip; print("%d.%d" % sys.version_info[:2])' 2>/dev/null || true
}

stamp_of() { printf '%s/.installed-%s\n' "$venv" "$(basename "$1" .txt)"; }

# What the stamp of an install of these files says.
stamp_text() { cksum "$@" && printf 'Python %s\n' "$(venv_version)"; }

make_venv() {
    if [ "$(uname -sm)" = "Darwin x86_64" ]; then
        fail "PyTorch has no builds for Macs with an Intel processor any more: use Apple silicon or Linux."
    fi
    python=$(choose_python) || exit 1
    "$python" -c 'import venv, ensurepip' 2>/dev/null ||
        fail "$python cannot make virtual environments: its venv module is missing." \
            "On Debian: apt-get install python3-venv (or python3.12-venv for a python3.12, and so on)."
    say "Making $venv with $("$python" -V)."
    "$python" -m venv --clear "$venv"
}

last=
for file in "$@"; do last=$file; done
[ -n "$last" ] || fail "usage: sh scripts/venv.sh requirements.txt [requirements-evaluate.txt ... requirements-dev.txt]"

installed() { [ "$(cat "$(stamp_of "$last")" 2>/dev/null)" = "$(stamp_text "$@")" ]; }

if installed "$@"; then exit 0; fi

# The marker holds the number of the process that installs. One left by a process that is gone, or by an install
# that failed, tells that packages may be half there.
repair=
waiting=
until (set -C && echo $$ >"$marker") 2>/dev/null; do
    [ -w "$(dirname "$marker")" ] || fail "Cannot write to $(dirname "$marker"), where $venv belongs."
    [ -s "$marker" ] || sleep 1
    owner=$(cat "$marker" 2>/dev/null) || continue
    if [ -n "$owner" ] && kill -0 "$owner" 2>/dev/null; then
        [ -n "$waiting" ] || say "Waiting for another install into $venv (process $owner)."
        waiting=yes
        sleep 1
    else
        repair=--force-reinstall
        rm -f "$marker"
    fi
done
if installed "$@"; then
    rm -f "$marker"
    exit 0
fi

if [ -z "$(venv_version)" ]; then
    make_venv
    repair=
fi
rm -f "$venv"/.installed-*
say "Installing $last into $venv (the first time this takes minutes and up to 6 GB of disk)."
# shellcheck disable=SC2086 -- nothing, or one option
"$venv/bin/python" -m pip install --disable-pip-version-check --no-input $repair \
    ${TORCH_INDEX:+--extra-index-url "$TORCH_INDEX"} -r "$last" >&2 ||
    fail "The install did not finish; the lines above say why. The same command tries again."
so_far=
for file in "$@"; do
    so_far="$so_far $file"
    # shellcheck disable=SC2086 -- a list of names without blanks
    stamp_text $so_far >"$(stamp_of "$file")"
done
rm -f "$marker"
