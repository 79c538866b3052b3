# What a fault is written with. Sourced by tests/lab/faults after check.sh.
#
#   made WORDS                      what is done, for the table
#   named SECONDS VERDICTS RULE CAUSE
#                                   until the watcher says so: one of VERDICTS; RULE its id, "-" none,
#                                   or "*"; CAUSE matches. Then
#                                   the other three are asked; where a look of seconds can't know it, with
#                                   --wait $FAULTS_WAIT (240), too
#   fix_says PATTERN                the named fix matches
#   fixed WORDS                     what of it is done now, for the table
#   mended [SECONDS]                until OK or IDLE and nothing waits
#   unnamed WHY                     for the table: what pintop can't know of it
# A fault ends at the first that fails, and the next begins with the configuration of the start.
wait_s=${FAULTS_WAIT:-240}
broker=$LAB_PLAINTEXT
with="-c lab"
user=$LAB_USER_ID
sink=$user-connector
connector=$LAB_CONNECT_URL/connectors/$sink
admin=$(echo "$LAB_PLAINTEXT" | cut -d , -f 1)
mux() {
    tmux -u -L "pintop-faults-$$" -f /dev/null "$@"
}
at_end() {
    mux kill-server 2>/dev/null
    if [ -n "$own_lab" ]; then
        "$lab" down
    else
        through_all
        wait_for put_back
    fi
}

# ---- what pintop says

start_watch() {
    rm -f "$tmp/watch" "$tmp/watch.err"
    # shellcheck disable=SC2086
    "$pintop" $with status --json --watch 1 >"$tmp/watch" 2>"$tmp/watch.err" &
    watcher=$!
    children="$children $watcher"
}
# Some commits, from which the watcher learns how long they take here.
learn() {
    # shellcheck disable=SC2086
    timeout 90 "$pintop" $with stream --duration 30 --rate 20 >/dev/null 2>&1
}
# Wide, so that no sentence is folded at its end. It shares the state with the commands: what was
# acknowledged there is so here.
start_dashboard() {
    mux new-session -d -x 500 -y 60 "XDG_STATE_HOME='$XDG_STATE_HOME' XDG_CONFIG_HOME='$XDG_CONFIG_HOME' LANG=C.UTF-8 exec '$pintop' $with"
    wait_for on_screen 'Overview'
    mux send-keys 3
}
on_screen() { # TEXT
    mux capture-pane -p | grep -q "$1"
}
newest() { # of the watcher: the sink alone
    tail -n 2 "$tmp/watch" | head -n 1 | jq -c --arg n "$sink" '.connectors[] | select(.name == $n)'
}
now_is() { # JQ; what it looked at is in $tmp/looked
    newest >"$tmp/looked"
    [ -s "$tmp/looked" ] && jq -e "$1" "$tmp/looked" >/dev/null 2>&1
}
# Figures and ages differ from one look to the next; the sentence must not. What was changed just
# before is known by those who watched.
plain() {
    sed 's/\. Shortly before, at .*//; s/[0-9][0-9,.]* \(s\|min\|h\|days\)\( \|$\)/#/g; s/[0-9][0-9,.]*/#/g' | tr -d ' \n'
}
said_by() { # FILE: of one connector's JSON, what is compared
    jq -r --arg n "$sink" '(if type == "object" and has("connectors") then .connectors[] | select(.name == $n) else . end) |
        "\(.verdict) \(.rule // "-") \(.cause // "")"' "$1" 2>/dev/null | head -n 1
}
# The page begins with the verdict, and its cause stands below in a line of its own. Both watch with
# turns of their own: what is over for one may still be told by the other for a moment.
screen_agrees() {
    newest >"$tmp/now"
    mux capture-pane -p >"$tmp/screen"
    head -n 3 "$tmp/screen" | grep -q " $(jq -r .verdict "$tmp/now")\( \|$\)" || return 1
    plain <"$tmp/screen" | grep -qF "$(jq -r '.cause // "" | .[:300]' "$tmp/now" | plain)"
}
# One command, and what the watcher says at its end: records may have been taken meanwhile.
ask_one() { # WAY OPTIONS…
    way=$1
    shift
    # shellcheck disable=SC2086
    "$pintop" $with connector "$way" "$sink" --json "$@" >"$tmp/one-$way" 2>"$tmp/one-$way.err"
    newest >"$tmp/now-$way"
}
# Without an answer of Kafka Connect there is no connector to print: the sentence goes to stderr.
refuses_so() { # WAY
    [ ! -s "$tmp/one-$1" ] || return 1
    because=$(jq -r '.cause // ""' "$tmp/now-$1" | plain)
    [ -n "$because" ] && plain <"$tmp/one-$1.err" | grep -qF -- "$because"
}
# status and diagnose beside the watcher and the page; what differs is in $agree, else "yes".
agreement() { # OPTIONS…
    ask_one status "$@" &
    one=$!
    ask_one diagnose "$@"
    wait $one
    agree=
    for way in status diagnose; do
        got=$(said_by "$tmp/one-$way")
        refuses_so "$way" && continue
        [ "$(echo "$got" | plain)" = "$(said_by "$tmp/now-$way" | plain)" ] && continue
        agree="$agree${agree:+; }$way: ${got:-$(head -c 200 "$tmp/one-$way.err")} (and the watcher: $(said_by "$tmp/now-$way" | head -c 60))"
    done
    patience=5 wait_for screen_agrees ||
        agree="$agree${agree:+; }dashboard: $(head -n 4 "$tmp/screen" | LC_ALL=C.UTF-8 sed 's/─//g; s/^\(.\{200\}\).*/\1/' | tr -s ' \n' ' ')"
    [ -n "$agree" ] || agree=yes
}
# A look of seconds can't know that records have waited for too long, and must not say that all is
# well; one that may wait ends as soon as it knows.
agree_in_time() {
    agreement
    row_agrees=$agree row_waited=
    [ "$agree" != yes ] || return 0
    case $agree in
    *": OK "* | *": IDLE "*)
        row_fails="a single look says it is well: $agree"
        return 1
        ;;
    esac
    begun_s=$(date +%s)
    agreement --wait "$wait_s"
    row_waited="$agree, after $(($(date +%s) - begun_s)) s"
    [ "$agree" = yes ] || row_fails="with --wait $wait_s they differ, too: $agree"
}
named() { # SECONDS VERDICTS RULE CAUSE
    wanted_verdicts=$(echo "$2" | sed 's/ /", "/g')
    condition="(.verdict | IN(\"$wanted_verdicts\"))"
    case $3 in
    '*') ;;
    -) condition="$condition and .rule == null" ;;
    *) condition="$condition and .rule == \"$3\"" ;;
    esac
    condition="$condition and ((.cause // \"\") | test(\"$4\"))"
    told_ms=$(date +%s%3N)
    patience=$1
    if ! wait_for now_is "$condition"; then
        took
        row_says=$(newest | jq -r '"\(.verdict) | \(.rule // "-"): \(.cause // "")"')
        row_fails="not named within $1 s; it says $row_says"
        return 1
    fi
    took
    row_seconds=$(((took_ms + 500) / 1000))
    cp "$tmp/looked" "$tmp/named"
    row_says=$(jq -r '"\(.verdict) | \(.rule // "no rule"): \(.cause // "")"' "$tmp/named")
    row_fix=$(jq -r '.fix // ""' "$tmp/named")
    agree_in_time
}
# After the fix another verdict stands, and rightly: that is the end of this one.
named_then() { # SECONDS VERDICTS RULE CAUSE
    first_seconds=$row_seconds first_says=$row_says first_agrees=$row_agrees first_waited=$row_waited
    named "$@" || return
    row_mended=$row_seconds
    row_seconds=$first_seconds row_says=$first_says row_agrees=$first_agrees row_waited=$first_waited
}
mended_to() { # WHAT
    row_note=$*
}
fix_says() { # PATTERN
    echo "$row_fix" | grep -Eqi -- "$1" && return
    row_fails="the fix does not say $1: $row_fix"
    return 1
}
fixed() {
    row_fixed=$*
    told_ms=$(date +%s%3N)
}
mended() { # [SECONDS]
    patience=${1:-90}
    if ! wait_for now_is '(.verdict == "OK" or .verdict == "IDLE") and .lag_total == 0'; then
        row_fails="not well within $patience s after the fix; it says $(newest | jq -r '"\(.verdict) \(.cause) lag \(.lag_total)"')"
        return 1
    fi
    took
    row_mended=$(((took_ms + 500) / 1000))
}
nothing_waits() {
    now_is '.lag_total == 0'
}
made() {
    row_made=$*
}
unnamed() {
    row_note=$*
}

# ---- one after the other

run_fault() { # NAME
    row_made=$1 row_seconds=- row_says="- | " row_fix='' row_fixed=- row_mended=- row_agrees=- row_waited='' row_fails='' row_note=''
    begin_well || {
        not_ok "$1" "it can't begin: $(newest | jq -r '"\(.verdict) \(.cause) lag \(.lag_total)"')" "$(jq -r '.message // empty' "$tmp/answer")"
        return
    }
    row_fixed=- row_mended=- wait_s=${FAULTS_WAIT:-240}
    "fault_$1"
    if [ -z "$row_fails" ]; then
        echo "ok $1: $row_seconds s $row_says; $row_fixed: $row_mended s; the same: $row_agrees${row_waited:+; waiting: $row_waited}"
    else
        not_ok "$1" "$row_fails" "fix: $row_fix" "the same: $row_agrees; waiting: $row_waited"
    fi
    printf '%s\t' "$(echo "$1" | tr _ -)" "$row_made" "$row_seconds" "$row_says" "$row_fixed" "$row_mended" "$row_agrees" "${row_waited:--}" >>"$tmp/rows"
    printf '%s\n' "${row_fails:-$row_note}" >>"$tmp/rows"
    # A loss is told for a day: the next fault is one that follows it.
    now_is 'all(.evidence[] | select(.witness == "records lost"); .is_bad | not)' || acknowledge
}
# The configuration and the servers as they were at the start, and all taken.
begin_well() {
    [ -s "$tmp/config.json" ] || curl -s "$connector/config" >"$tmp/config.json"
    through_all
    patience=60
    wait_for put_back || return 1
    curl -s -X PUT "$connector/resume" >/dev/null
    wait_for all_run || return 1
    fixed
    mended 120
}
all_run() {
    curl -s -m 5 "$connector/status" >"$tmp/states" || return 1
    jq -e '[.tasks[] | .state] | length > 0 and all(. == "RUNNING")' "$tmp/states" >/dev/null && return
    curl -s -X POST "$connector/restart?includeTasks=true&onlyFailed=true" >/dev/null
    return 1
}
print_table() {
    echo "| fault | made so | named after | verdict and cause | fix applied | well after | status, diagnose and dashboard | with --wait $wait_s |"
    echo '|---|---|---|---|---|---|---|---|'
    # (A bar within a cell would end it.)
    while IFS="$(printf '\t')" read -r name what seconds says done_ mended_ same waited note; do
        verdict=${says%% | *} cause=$(echo "${says#* | }" | LC_ALL=C.UTF-8 sed 's/^\(.\{200\}\).*/\1 …/; s,|,/,g')
        [ "$same" != yes ] || same="the same"
        same=$(echo "$same" | tr '|' '/' | LC_ALL=C.UTF-8 sed 's/UNKNOWN - [^;]*/UNKNOWN/g; s/^\(.\{200\}\).*/\1 …/')
        waited=$(echo "$waited" | tr '|' '/' | LC_ALL=C.UTF-8 sed 's/^yes, /the same /; s/^-$//; s/^\(.\{200\}\).*/\1 …/')
        printf '| %s | %s | %s s | **%s** %s | %s | %s s | %s%s | %s |\n' "$name" "$what" "$seconds" "$verdict" \
            "$cause" "$done_" "$mended_" "$same" "${note:+. $note}" "$waited"
    done <"$tmp/rows" | sed "s/$user/<UserID>/g"
}

# ---- the hands

through_all() {
    rm -f "$LAB_S3_FAULT"
    "$lab" start s3
    "$lab" start connect
    for b in 1 2 3; do
        "$lab" start kafka-$b
    done
    [ ! -e "$LAB_DIR/connect-2.pid" ] || "$lab" stop connect-2
}
# What the proxy does to writes from now on; the sink writes through it.
proxy() { # LINE
    echo "$*" >"$LAB_S3_FAULT.new" && mv "$LAB_S3_FAULT.new" "$LAB_S3_FAULT"
}
through_proxy() { # true: refused writes are tried for ever; false: the task fails, as Confluent's
    change "store.url=$LAB_S3_PROXY_URL" "lab.tries.again=$1" && wait_for all_run
}
put_back() {
    curl -s -f -X PUT -H 'Content-Type: application/json' --data @"$tmp/config.json" "$connector/config" >"$tmp/answer" 2>&1
}
# Settings with a secret in them go by REST: they have no place in arguments.
put_settings() { # JQ FILTER: the new configuration, with $p the lab's SCRAM password
    p=$(sed -n "s/^LAB_SCRAM_PASSWORD='\(.*\)'/\1/p" "$LAB_DIR/state") jq "$1" "$tmp/config.json" >"$tmp/new.json"
    try_put() {
        curl -s -f -X PUT -H 'Content-Type: application/json' --data @"$tmp/new.json" "$connector/config" >"$tmp/answer" 2>&1
    }
    patience=60
    wait_for try_put
}
change() { # KEY=VALUE…
    try_change() {
        run connector update "$sink" "$@"
        [ $rc -eq 0 ]
    }
    patience=60
    wait_for try_change "$@" && return
    row_fails="update $1: $(said)"
    return 1
}
restart() {
    try_restart() {
        run connector restart "$sink" "$@"
        [ $rc -eq 0 ]
    }
    patience=60
    wait_for try_restart "$@" && return
    row_fails="restart: $(said)"
    return 1
}
acknowledge() {
    run connector acknowledge "$sink" --yes
    [ $rc -eq 0 ] && return
    row_fails="acknowledge: $(said)"
    return 1
}
send() { # N
    # shellcheck disable=SC2086
    timeout 90 "$pintop" $with stream --count "$1" --rate max >/dev/null 2>"$tmp/stream.err" && return
    row_fails="stream: $(cat "$tmp/stream.err")"
    return 1
}
put_line() { # TOPIC PARTITION: a value on stdin
    kcat -b "$broker" -P -t "$1" -p "$2"
}
kafka_tool() { # CLASS ARGUMENTS…
    tool=$1
    shift
    java -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xmx96m -cp "$LAB_JARS/*" "$tool" --bootstrap-server "$admin" "$@" >"$tmp/tool" 2>&1
}
