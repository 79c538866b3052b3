# For the lab's tests: the working directory is the project's. Sourced by tests/lab/test_* and
# tests/lab/kafka/test_plain.
#
#   ok NAME · not_ok NAME WORDS…       "ok NAME", "not ok NAME" with what was seen
#   skip_all WHY                       nothing could be tried: says so, loudly, and ends
#   need_lab PART…                     the lab's LAB_… variables; skips all when it lacks a part
#   use_contexts                       the lab's contexts are this test's
#   run ARGUMENTS…                     pintop; $tmp/out, $tmp/err, status in $rc
#   expect NAME STATUS COMMAND…        the command holds, and pintop's exit status was this
#   expect_refusal NAME PATTERN        it refused in one line on stderr that matches
#   wait_for COMMAND…                  until it holds, at most $patience s (30)
# Every program started in the background goes into $children.
set -u
lab_tests=$(basename "$0")
case ${PINTOP_BUILD:=build/release} in
/*) pintop=$PINTOP_BUILD/pintop ;;
*) pintop=$PWD/$PINTOP_BUILD/pintop ;;
esac
lab=$PWD/tests/lab/lab
failures=0
patience=30
children=
with= # options of every run

# The time is since the verdict before.
told_ms=$(date +%s%3N)
took() {
    now_ms=$(date +%s%3N)
    took_ms=$((now_ms - told_ms))
    told_ms=$now_ms
}
ok() {
    took
    echo "ok $1 ($took_ms ms)"
}
not_ok() { # NAME WORDS…
    took
    echo "not ok $1 ($took_ms ms)"
    shift
    printf '    %s\n' "$@"
    failures=$((failures + 1))
}
skip_all() {
    echo "skipped $lab_tests: $1"
    exit 0
}
need_tools() {
    for tool in "$@"; do
        command -v "$tool" >/dev/null 2>&1 || skip_all "no $tool here; nothing was tried on a real Kafka"
    done
    [ -x "$pintop" ] || {
        not_ok binary "$pintop is not there. make all"
        exit 1
    }
}
# The lab that tests/lab/run started; LAB_SKIPPED says which parts it could not have.
need_lab() { # PART…
    [ -n "${LAB_ENV:-}" ] || skip_all "no lab: make test-lab starts one"
    . "$LAB_ENV"
    for part in "$@"; do
        case " $LAB_PARTS " in
        *" $part "*) ;;
        *) skip_all "no $part in this lab: ${LAB_SKIPPED:-it was not asked for}" ;;
        esac
    done
}
# The contexts that the lab wrote, for `-c`.
use_contexts() {
    mkdir -p "$XDG_CONFIG_HOME/pintop" && cp "$LAB_CONTEXTS"/lab*.properties "$XDG_CONFIG_HOME/pintop/"
}

tmp=$(mktemp -d "${TMPDIR:-/tmp}/pintop-lab.XXXXXX") || exit 1
at_end() { # more to clean up: a test's own
    :
}
finish() {
    # shellcheck disable=SC2086
    [ -z "$children" ] || kill $children 2>/dev/null
    at_end
    rm -rf "$tmp"
}
trap finish EXIT
trap 'exit 1' INT TERM HUP
for v in $(env | sed -n 's/^\(PINTOP_[A-Z_]*\|AWS_[A-Z_]*\)=.*/\1/p'); do
    case $v in PINTOP_BUILD) ;; *) unset "$v" ;; esac
done
export XDG_CONFIG_HOME="$tmp/config" XDG_STATE_HOME="$tmp/state"

run() { # ARGUMENTS…
    # shellcheck disable=SC2086
    timeout 120 "$pintop" $with "$@" >"$tmp/out" 2>"$tmp/err" </dev/null
    rc=$?
}
said() {
    printf 'exit %s, stdout: %s, stderr: %s' "$rc" "$(head -c 2000 "$tmp/out")" \
        "$(head -c 1000 "$tmp/err")"
}
expect() { # NAME STATUS COMMAND…
    name=$1 want=$2
    shift 2
    if [ $rc -eq "$want" ] && "$@" >/dev/null; then
        ok "$name"
    else
        not_ok "$name" "wanted exit $want and: $*" "$(said)"
    fi
}
in_out() {
    grep -Eqi -- "$1" "$tmp/out"
}
in_json() {
    jq -e "$1" "$tmp/out"
}
# What is only a warning (a listener without TLS, say) may stand before the refusal.
refused() { # PATTERN
    [ $rc -ne 0 ] && [ ! -s "$tmp/out" ] && [ "$(grep -vc '^pintop: warning: ' "$tmp/err")" -eq 1 ] &&
        grep -v '^pintop: warning: ' "$tmp/err" | grep -Eqi -- "^pintop: .*$1"
}
expect_refusal() { # NAME PATTERN
    if refused "$2"; then
        ok "$1"
    else
        not_ok "$1" "wanted a refusal of one line with: $2" "$(said)"
    fi
}
wait_for() { # COMMAND…
    deadline=$(($(date +%s) + patience))
    until "$@" >/dev/null 2>&1; do
        [ "$(date +%s)" -lt $deadline ] || return 1
        sleep 0.2
    done
}

# ---- what others than pintop see; $broker is the PLAINTEXT listener

high_watermarks() { # TOPIC…: sum over their three partitions each; nothing when a broker is silent
    asked=
    for t in "$@"; do
        asked="$asked -t $t:0:-1 -t $t:1:-1 -t $t:2:-1"
    done
    # shellcheck disable=SC2086
    kcat -b "$broker" -Q $asked 2>/dev/null | awk -v want=$(($# * 3)) '
        / offset [0-9]+$/ { n += $NF; got++ }
        END { if (got != want) exit 1; print n }'
}
has_records() { # TOPIC N
    now=$(high_watermarks "$1") && [ "$now" -ge "$2" ]
}
# A topic as kcat reads it: key and the value's own index, as lines "key index" in $tmp/FILE.idx; the
# values in $tmp/FILE.json. jq fails on a value that is not JSON.
read_back() { # TOPIC FILE
    kcat -b "$broker" -C -t "$1" -o beginning -e -q -f '{"k":"%k","v":%s}\n' \
        >"$tmp/$2.json" 2>"$tmp/$2.err" &&
        jq -r '"\(.k) \(.v.index // .v.ind)"' "$tmp/$2.json" >"$tmp/$2.idx"
}
# Every index FIRST … FIRST+N-1; at most MAX_DOUBLES twice or more. Says what it counted.
holds_all() { # FILE FIRST N MAX_DOUBLES
    awk -v first="$2" -v n="$3" -v max="$4" '
        $1 != $2 { print "key " $1 " has index " $2; bad = 1; exit }
        { seen[$1]++ }
        END {
            if (bad) exit 1
            for (i = first; i < first + n; i++) if (!(i in seen)) missing++
            for (i in seen) { distinct++; doubled += seen[i] > 1 }
            printf "%d distinct, %d missing of %d, %d doubled\n", distinct, missing, n, doubled
            exit !(missing == 0 && distinct == n && doubled <= max)
        }' "$tmp/$1.idx"
}
# Every value has its stream's columns, all of them and no others.
has_columns() { # FILE STREAM
    case $2 in
    pin) columns='["index","unique_id","title","description","poster_name","follower_count","tag_list","is_image_or_video","image_src","downloaded","save_location","category"]' ;;
    geo) columns='["ind","timestamp","latitude","longitude","country"]' ;;
    user) columns='["ind","first_name","last_name","age","date_joined"]' ;;
    esac
    bad=$(jq -c --argjson c "$columns" 'select((.v | keys_unsorted) != $c)' "$tmp/$1.json" | wc -l)
    [ "$bad" -eq 0 ]
}
