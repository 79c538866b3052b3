# For tests of the command line without a terminal: the working directory is the project's. Sourced by
# tests/pty/test_cli, tests/pty/test_topics and tests/pty/test_produce. At the end, $failed is the exit status.
set -u
pintop=$(cd "${PINTOP_BUILD:-build/release}" && pwd)/pintop || exit 2
dir=$(mktemp -d) || exit 2
pids=
clean() {
    for pid in $pids; do kill -9 "$pid" 2>/dev/null; done
    rm -rf "$dir"
}
trap clean EXIT
trap 'exit 1' INT TERM HUP
# Nobody's own settings.
for v in $(env | sed -n 's/^\(PINTOP_[A-Z_]*\)=.*/\1/p'); do
    [ "$v" = PINTOP_BUILD ] || unset "$v"
done
unset NO_COLOR
export HOME="$dir" XDG_CONFIG_HOME="$dir/config" XDG_STATE_HOME="$dir/state" LC_ALL=C.UTF-8
mkdir -p "$dir/config" "$dir/state"
out=$dir/out err=$dir/err
failed=0

verdict() { # NAME STATUS-OF-THE-CHECK
    if [ "$2" -eq 0 ]; then
        echo "ok $1"
        return
    fi
    failed=1
    echo "not ok $1"
    echo "    exit status $rc, stdout:"
    head -c 1500 "$out" | sed 's/^/      /'
    echo "    stderr:"
    head -c 1500 "$err" | sed 's/^/      /'
}
run() { # ARGUMENTS of pintop
    timeout 60 "$pintop" "$@" </dev/null >"$out" 2>"$err"
    rc=$?
}
# An error: that status, nothing on stdout, one line on stderr that begins `pintop: ` and says that.
refused() { # NAME STATUS PATTERN ARGUMENTS
    name=$1 want=$2 pattern=$3
    shift 3
    run "$@"
    [ $rc -eq "$want" ] && [ ! -s "$out" ] && [ "$(wc -l <"$err")" -eq 1 ] &&
        grep -q '^pintop: .' "$err" && grep -qi -e "$pattern" "$err"
    verdict "$name" $?
}
answers() { # NAME PATTERN ARGUMENTS: status 0, on stdout, nothing on stderr
    name=$1 pattern=$2
    shift 2
    run "$@"
    [ $rc -eq 0 ] && [ ! -s "$err" ] && grep -q -e "$pattern" "$out"
    verdict "$name" $?
}
started() { # waits until the embedded cluster of the program in the background is up: its lock says so
    n=0
    while [ $n -lt 100 ] && kill -0 "$1" 2>/dev/null; do
        grep -qs "^$1 127.0.0.1:" "$dir/state/pintop/lock" && return 0
        sleep 0.1
        n=$((n + 1))
    done
    return 1
}
