# For the pty tests: the real program in a private terminal, by a tmux server of their own. Sourced
# by tests/pty/test_*; the working directory is the project's.
#
#   run_tests NAME…      run the functions test_NAME, each with a home of its own, and exit. Says
#                        "ok NAME", "not ok NAME" with the reason and the screen, "skipped NAME: WHY"
#   start ARGUMENTS…     the program in a new terminal of 80x24
#   keys KEY…            press keys, as tmux names them
#   wait_for TEXT [S]    until the screen shows TEXT (a basic regular expression), at most S seconds
#   fail WORDS           the reason; returns false: CHECK || fail WORDS || return
#
# Waiting is polling with a deadline; nothing sleeps and hopes. PT_SHORT=1 is for sanitizers, which
# are slow: deadlines are five times as long.
set -u
build=$(cd "${PINTOP_BUILD:-build/release}" && pwd) || exit 2
pintop=$build/pintop
me=$(basename "$0")
slow=1
[ -z "${PT_SHORT:-}" ] || slow=5
if [ ! -x "$pintop" ]; then
    echo "not ok $me"
    echo "    $pintop is not built"
    exit 1
fi
if ! command -v tmux >/dev/null 2>&1; then
    echo "skipped $me: no tmux here"
    exit 0
fi

dir=$(mktemp -d) || exit 2
dir=$(cd "$dir" && pwd -P)
pids=   # of every program that was started
panes=0 # terminals so far
pane=   # the terminal that keys and looks mean
mux() {
    tmux -u -S "$dir/tmux" -f "$dir/tmux.conf" "$@"
}
# Those that still are pintop: their ids may belong to others by now.
kill_programs() {
    real=$(readlink -f "$pintop")
    for p in $pids; do
        # (A program that leaves no core hides its exe from all but root: then its name must do.)
        case $(readlink "/proc/$p/exe") in
        "$real" | "$real (deleted)") kill -9 "$p" 2>/dev/null ;;
        '') [ "$(cat "/proc/$p/comm" 2>/dev/null)" != pintop ] || kill -9 "$p" 2>/dev/null ;;
        esac
    done
    pids=
}
clean() {
    mux kill-server 2>/dev/null
    kill_programs
    rm -rf "$dir"
}
trap clean EXIT
trap 'exit 1' INT TERM HUP

# Nobody's own settings.
for v in $(env | sed -n 's/^\(PINTOP_[A-Z_]*\|AWS_[A-Z_]*\|LC_[A-Z]*\)=.*/\1/p'); do
    [ "$v" = PINTOP_BUILD ] || unset "$v"
done
unset NO_COLOR TMUX TMUX_PANE ENV COLUMNS LINES ESCDELAY
export LANG=C.UTF-8
# What a sanitizer finds, the screen would cut.
export ASAN_OPTIONS="${ASAN_OPTIONS:-exitcode=86}:log_path=$dir/sanitizer"
export UBSAN_OPTIONS="${UBSAN_OPTIONS:-print_stacktrace=1}:log_path=$dir/sanitizer"
cat >"$dir/tmux.conf" <<'TXT'
set -g status off
set -g default-terminal screen-256color
set -g default-shell /bin/sh
set -g remain-on-exit on
set -g history-limit 500
set -s escape-time 0
set -s exit-empty off
TXT

# ---- waiting

wait_until() { # SECONDS COMMAND…: until it succeeds
    deadline=$(($(date +%s) + $1 * slow + 1))
    shift
    until "$@" >/dev/null 2>&1; do
        [ "$(date +%s)" -lt "$deadline" ] || return 1
        sleep 0.03
    done
}
millis() {
    date +%s%3N
}

# ---- terminals

# State, configuration, and what terminals leave behind.
new_home() {
    home=$(mktemp -d "$dir/h.XXXX") && mkdir "$home/state" "$home/config"
    export HOME="$home" XDG_STATE_HOME="$home/state" XDG_CONFIG_HOME="$home/config"
    state=$XDG_STATE_HOME/pintop
    with=    # variables for the program: NAME=VALUE …
    size=80x24
}
# A new terminal that runs this script for sh. tmux would give it the first terminal's environment.
open_terminal() { # SCRIPT
    panes=$((panes + 1))
    pane=p$panes
    {
        echo "export HOME='$home' XDG_STATE_HOME='$XDG_STATE_HOME' XDG_CONFIG_HOME='$XDG_CONFIG_HOME'"
        echo "cd '$home' || exit"
        echo "$1"
    } >"$home/$pane.sh"
    mux new-session -d -s $pane -x "${size%x*}" -y "${size#*x}" "exec sh '$home/$pane.sh'"
}
# The program between two looks at the terminal's settings. In home then are PANE.pid, PANE.before,
# PANE.after (stty) and, when it has ended, PANE.status.
start() { # ARGUMENTS…
    words=
    for word in "$@"; do
        words="$words '$word'"
    done
    f=p$((panes + 1))
    # A Ctrl-C is for the program alone.
    open_terminal "trap : INT QUIT
stty -a >$f.before
echo 'this stood there BEFORE'
sh -c 'echo \$\$ >$f.pid; exec \"\$@\"' - env $with '$pintop'$words
status=\$?
stty -a >$f.after
echo 'and this AFTER'
echo \$status >$f.status
exec cat"
    wait_until 10 test -s "$home/$pane.pid" || fail "nothing was started" || return
    pid=$(cat "$home/$pane.pid")
    pids="$pids $pid"
}
# The program on the embedded cluster with all streams, until they run.
start_streams() { # ARGUMENTS…
    start -b embedded --start "$@" && wait_running
}
wait_running() {
    for s in pin geo user; do
        wait_for "^[ >]$s  *running" 15 || return
    done
}
screen() {
    mux capture-pane -p -t $pane
}
shows() { # TEXT
    screen | grep -q -e "$1"
}
lacks() { # TEXT
    ! shows "$1"
}
keys() {
    mux send-keys -t $pane "$@"
}
type_text() {
    mux send-keys -t $pane -l -- "$1"
}
wait_for() { # TEXT [SECONDS]
    wait_until "${2:-5}" shows "$1" || fail "the screen does not show: $1"
}
wait_gone() { # TEXT [SECONDS]
    wait_until "${2:-5}" lacks "$1" || fail "the screen still shows: $1"
}
# A key, and what the screen shows then.
press() { # KEY TEXT [SECONDS]
    keys "$1" && wait_for "$2" "${3:-5}"
}
resize() { # COLSxROWS
    mux resize-window -t $pane -x "${1%x*}" -y "${1#*x}"
}
# Until it has ended; its exit status in $status, its time since the call in $took_ms.
wait_end() { # SECONDS
    began_ms=$(millis)
    wait_until "$1" test -s "$home/$pane.status" || fail "it has not ended after $1 s" || return
    took_ms=$(($(millis) - began_ms))
    status=$(cat "$home/$pane.status")
}
ended_with() { # STATUS
    [ "$status" = "$1" ] || fail "exit status $status, not $1"
}
# The terminal is as it was: settings, the usual screen with what stood on it, a cursor.
is_restored() {
    cmp -s "$home/$pane.before" "$home/$pane.after" || {
        diff "$home/$pane.before" "$home/$pane.after" >"$home/reason"
        fail "stty says otherwise than before: $(tr '\n' ' ' <"$home/reason")" || return
    }
    wait_for 'AFTER' || return
    shows 'BEFORE' || fail "what stood there before is gone" || return
    modes=$(mux display-message -p -t $pane '#{alternate_on}#{cursor_flag}#{keypad_flag}#{keypad_cursor_flag}')
    [ "$modes" = 0100 ] || fail "alternate screen, cursor, keypad: $modes, not 0100"
}
# All that the program sends from now on, into a file.
record_output() { # FILE
    mux pipe-pane -t $pane "cat >>'$1'"
}
size_of() {
    wc -c <"$1"
}

# ---- helpers in C: built once, beside the program's own objects

helper() { # NAME: sets $tool
    tool=$build/tests/pty/$1
    # shellcheck disable=SC3013
    [ -x "$tool" ] && [ "$tool" -nt "tests/pty/$1.c" ] && return
    mkdir -p "$build/tests/pty"
    ${CC:-cc} -std=c11 -D_GNU_SOURCE -O1 -Wall -Wextra -o "$tool.$$" "tests/pty/$1.c" -lutil &&
        mv "$tool.$$" "$tool" || fail "tests/pty/$1.c does not compile"
}

# ---- verdicts

reason=
fail() { # WORDS
    [ -n "$reason" ] || reason=$*
    return 1
}
# Called by a test that cannot run here.
skip() { # WORDS
    skipped=$*
}
run_test() { # NAME
    new_home
    reason='' skipped=''
    begun_ms=$(millis)
    "test_$1" || fail "a check returned false"
    [ -z "$(find "$dir" -maxdepth 1 -name 'sanitizer*')" ] || fail "a sanitizer spoke"
    spent_ms=$(($(millis) - begun_ms))
    if [ -n "$skipped" ] && [ -z "$reason" ]; then
        echo "skipped $1: $skipped"
    elif [ -z "$reason" ]; then
        echo "ok $1 ($spent_ms ms)"
    else
        failed=1
        echo "not ok $1"
        echo "    after $spent_ms ms: $reason"
        [ -n "$pane" ] && screen 2>/dev/null | sed 's/^/    | /'
        cat "$dir"/sanitizer* 2>/dev/null | head -n 60 | sed 's/^/    /'
    fi
    rm -f "$dir"/sanitizer*
    end_programs
}
# What a test leaves running: its terminals and programs.
end_programs() {
    [ $panes -gt 0 ] && mux list-sessions -F '#{session_name}' 2>/dev/null | while read -r s; do
        mux kill-session -t "$s"
    done
    kill_programs
    pane=
}
failed=0
run_tests() { # NAME…: with PT_ONLY set, those alone
    for name in ${PT_ONLY:-"$@"}; do
        run_test "$name"
    done
    exit $failed
}
