#!/bin/sh
# What pip cannot bring: asks Debian's apt for it where we are root, else says what to install.
# usage: system.sh venv | opencv | browser | opengl
set -eu

have_apt() { [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; }

install() { # install WHAT FOR PACKAGE...
    what=$1; shift
    if have_apt; then
        echo "parasam: installing $* ($what)"
        apt-get install -y -q --no-install-recommends "$@" >/dev/null 2>&1 || {
            apt-get update -q >/dev/null
            apt-get install -y -q --no-install-recommends "$@" >/dev/null
        }
    else
        echo "parasam: $what is missing; install it (on Debian or Ubuntu: sudo apt-get install $*) and run make again" >&2
        exit 1
    fi
}

has_library() { "$1" -c "import ctypes; ctypes.CDLL('$2')" 2>/dev/null; }

python=${PYTHON:-python3}
case "$1" in
venv)
    "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
        echo "parasam: Python 3.11 or later is needed, $("$python" --version) was found; say make PYTHON=python3.12, for example" >&2
        exit 1
    }
    "$python" -c 'import ensurepip, venv' 2>/dev/null || install "Python's venv" python3-venv
    ;;
opencv)
    [ "$(uname)" = Linux ] || exit 0
    for library in libGL.so.1 libglib-2.0.so.0 libxcb.so.1; do
        has_library "$python" "$library" || { install "what OpenCV needs" libgl1 libglib2.0-0 libxcb1; exit; }
    done
    ;;
opengl)
    [ "$(uname)" = Linux ] || exit 0
    has_library "$python" libEGL.so.1 || install "OpenGL without a screen" libegl1 libgl1-mesa-dri
    ;;
browser)
    "$python" tests/e2e/chromium.py >/dev/null 2>&1 || install "a Chromium for the tests" chromium
    ;;
esac
