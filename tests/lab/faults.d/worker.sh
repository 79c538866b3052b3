# The connector's own state, and the workers that carry it.

fault_paused() {
    made "paused"
    run connector pause "$sink"
    named 30 PAUSED - 'PAUSED' && fix_says 'Resume' || return
    fixed "\`connector resume\`"
    run connector resume "$sink"
    mended
}
fault_stopped() {
    made "stopped (PUT /stop)"
    stop_connector
    send 30
    named 60 PAUSED - 'STOPPED' && fix_says 'Resume' || return
    fixed "\`connector resume\`"
    run connector resume "$sink"
    mended
}
fault_worker_frozen() {
    made "the worker is frozen (SIGSTOP)"
    worker=$(sed 's/ .*//' "$LAB_DIR/connect.pid")
    kill -STOP "$worker"
    named 60 "UNKNOWN STALLED" '*' 'answer' && fix_says 'hangs'
    fixed "the worker goes on (SIGCONT)"
    kill -CONT "$worker"
    [ -n "$row_fails" ] || mended
}
fault_worker_killed() {
    made "the worker is killed"
    kill -9 "$(sed 's/ .*//' "$LAB_DIR/connect.pid")"
    named 60 "UNKNOWN STALLED" '*' 'refuse' && fix_says 'worker' || return
    fixed "the worker is started"
    "$lab" start connect
    mended 120
}
second_worker() { # whose address is in $second_id then
    "$lab" start connect-2 && patience=60 && wait_for all_run && wait_for shares_tasks &&
        second_id=$(jq -r --arg u "${LAB_CONNECT_URL#*//}" '[.tasks[].worker_id] | unique - [$u] | .[0]' "$tmp/states") &&
        wait_for second_is_known
}
# pintop knows it, as it would know a worker that has been there for long.
second_is_known() {
    now_is ".evidence[] | select(.witness == \"other workers\") | .says | test(\"$second_id .*: answers\")"
}
shares_tasks() {
    curl -s "$connector/status" >"$tmp/states" && jq -e '[.tasks[].worker_id] | unique | length == 2' "$tmp/states" >/dev/null
}
fault_second_worker_killed() {
    made "the second of two workers is killed"
    second_worker && mended || return
    kill -9 "$(sed 's/ .*//' "$LAB_DIR/connect-2.pid")"
    send 30
    named 60 "DEGRADED STALLED" worker-away "$second_id.*is unreachable" && fix_says 'start it again' || return
    fixed "nothing: the first takes its tasks over"
    mended 120
    "$lab" stop connect-2
}
fault_second_worker_frozen() {
    made "the second of two workers is frozen (SIGSTOP)"
    second_worker && mended || return
    worker=$(sed 's/ .*//' "$LAB_DIR/connect-2.pid")
    kill -STOP "$worker"
    send 30
    named 90 "DEGRADED STALLED" worker-away "$second_id.*does not answer" && fix_says 'restart it'
    fixed "the worker goes on (SIGCONT)"
    kill -CONT "$worker"
    [ -n "$row_fails" ] || mended 120
    "$lab" stop connect-2
}
fault_worker_without_plugin() {
    made "a second worker comes that lacks the plugin, and gets tasks"
    LAB_BARE=1 "$lab" start connect-2
    send 30
    named 90 "FAILED DEGRADED" worker-lacks-plugin 'plugin' && fix_says 'plugin.path' || return
    fixed "the worker with the plugin; \`connector restart --failed-only\`"
    "$lab" stop connect-2
    "$lab" start connect-2
    patience=60
    wait_for shares_tasks
    restart --failed-only && mended 120
    "$lab" stop connect-2
}
fault_batch_too_long() {
    made "each PUT takes 15 s, max.poll.interval.ms is 10 s"
    through_proxy true && change consumer.override.max.poll.interval.ms=10000 flush.size=10 && proxy slow 15 && send 30 || return
    named 240 STALLED poll-timeout 'max.poll.interval.ms .10 s' && fix_says 'max.poll.interval.ms' || return
    fixed "PUTs are quick, max.poll.interval.ms as before"
    proxy pass
    change consumer.override.max.poll.interval.ms=300000 && restart && mended 120
}
