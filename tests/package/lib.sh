# For tests of what others install. Sourced by tests/package/test_*; the working directory is the
# project's. `make test-package` builds the packages first.
set -u
dir=$(mktemp -d) || exit 2
# A root in it may still have something mounted, below which nothing may be deleted.
trap 'umount "$dir"/*/proc "$dir"/*/dev 2>/dev/null; rm -rf --one-file-system "$dir"' EXIT
trap 'exit 1' INT TERM HUP
failed=0
log=$dir/log

check() { # NAME COMMAND…: ok when it succeeds; else what it printed
    name=$1
    shift
    if "$@" >"$log" 2>&1; then
        echo "ok $name"
        return
    fi
    failed=1
    echo "not ok $name"
    tail -n 40 "$log" | sed 's/^/    /'
}
have() { # NAME-OF-THE-TEST TOOL…: false, and says so, where one of them is not installed
    name=$1
    shift
    for tool in "$@"; do
        command -v "$tool" >/dev/null 2>&1 && continue
        echo "skipped $name: $tool is not installed, which \`tests/deps package\` does"
        return 1
    done
}
# All of these lines, as basic regular expressions, are in the file.
says() { # FILE LINE…
    file=$1
    shift
    for line in "$@"; do
        grep -q -e "$line" "$file" || {
            echo "not there: $line"
            head -n 40 "$file"
            return 1
        }
    done
}
