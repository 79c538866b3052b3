# Topics, brokers, offsets, quotas.

fault_topic_never_there() {
    made "topics names one that is not there"
    change "topics=$user.pin,$user.geo,$user.user,$user.typo" topics.regex= && send 30 || return
    named 60 DEGRADED kafka-topic-unknown "$user.typo" && fix_says 'Create the topic' || return
    fixed "the topic is created"
    run topics create "$user.typo" --partitions 1
    mended
    run topics delete "$user.typo" --yes
}
fault_topic_deleted() {
    made "a topic that it reads is deleted"
    run topics create "$user.extra" --partitions 1
    change "topics=$user.pin,$user.geo,$user.user,$user.extra" topics.regex= && mended || return
    run topics delete "$user.extra" --yes
    named 60 DEGRADED kafka-topic-unknown "$user.extra" && fix_says 'correct topics' || return
    fixed "topics without it"
    change "topics=$user.pin,$user.geo,$user.user" && mended
}
group_tool() { # ARGUMENTS…
    kafka_tool org.apache.kafka.tools.consumer.group.ConsumerGroupCommand --group "connect-$sink" "$@"
}
connector_is() { # STATE
    curl -s "$connector/status" | jq -e --arg s "$1" '.connector.state == $s' >/dev/null
}
stop_connector() {
    curl -s -X PUT "$connector/stop"
    patience=60
    wait_for connector_is STOPPED
}
# The group's offsets can be set only while it has no members.
set_group() { # ARGUMENTS…
    try_set() {
        group_tool --reset-offsets --execute "$@" && ! grep -qi error "$tmp/tool"
    }
    patience=60
    wait_for try_set "$@"
}
fault_leaderless() {
    made "the only broker of a topic's partition is killed"
    kafka_tool org.apache.kafka.tools.TopicCommand --create --topic "$user.single" --replica-assignment 3
    change "topics=$user.pin,$user.geo,$user.user,$user.single" topics.regex= && mended || return
    echo '{"a":1}' | put_line "$user.single" 0
    kill -9 "$(sed 's/ .*//' "$LAB_DIR/kafka-3.pid")"
    named 90 "DEGRADED STALLED UNKNOWN" - "$user.single" && fix_says 'broker' || return
    fixed "the broker is started"
    "$lab" start kafka-3
    mended 120
    kafka_tool org.apache.kafka.tools.TopicCommand --delete --topic "$user.single"
}
fault_offsets_topic_below_isr() {
    made "__consumer_offsets wants 3 in-sync replicas, and one broker of three is killed"
    offsets_isr() {
        kafka_tool kafka.admin.ConfigCommand --alter --entity-type topics --entity-name __consumer_offsets --add-config "min.insync.replicas=$1"
    }
    offsets_isr 3
    kill -9 "$(sed 's/ .*//' "$LAB_DIR/kafka-3.pid")"
    send 30
    named 120 "STALLED DEGRADED" commits-refused '__consumer_offsets.*in sync' && fix_says 'broker' || return
    fixed "the broker is started"
    "$lab" start kafka-3
    mended 120
    offsets_isr 2
}
quota() { # --add-config consumer_byte_rate=N | --delete-config consumer_byte_rate
    for task in 0 1 2; do
        kafka_tool kafka.admin.ConfigCommand --alter --entity-type clients --entity-name "connector-consumer-$sink-$task" "$@"
    done
}
fault_consumer_quota() {
    made "a quota of 600 B/s for each of its consumers, and 60 records/s come in"
    quota --add-config consumer_byte_rate=600
    # shellcheck disable=SC2086
    "$pintop" $with stream --duration 1200 --rate 20 >"$tmp/slow.out" 2>&1 &
    stream=$!
    children="$children $stream"
    named 320 DEGRADED lag-grows 'of the .* that come in' && fix_says 'quota'
    fixed "the quota is taken away (kafka-configs)"
    quota --delete-config consumer_byte_rate
    kill $stream
    wait $stream
    [ -n "$row_fails" ] || mended 240
}
fault_stranger_in_the_group() {
    made "another consumer joins the sink's group"
    kcat -b "$broker" -X client.id=a-stranger -G "connect-$sink" "$user.pin" "$user.geo" "$user.user" >/dev/null 2>&1 &
    stranger=$!
    children="$children $stranger"
    send 30
    named 120 "STALLED DEGRADED" - 'a-stranger at .* partitions' && fix_says 'group of its own'
    fixed "that consumer is stopped"
    kill $stranger
    [ -n "$row_fails" ] || mended
}
fault_no_offset_and_none() {
    made "a fresh group with auto.offset.reset=none"
    change consumer.override.group.id=connect-fresh-$$ consumer.override.auto.offset.reset=none errors.tolerance=all behavior.on.null.values=ignore && send 30 || return
    named 60 "FAILED DEGRADED" kafka-offset-none 'auto.offset.reset=none' && fix_says 'auto.offset.reset to earliest' || return
    fixed "consumer.override.auto.offset.reset=earliest; \`connector restart --failed-only\`"
    change consumer.override.auto.offset.reset=earliest && restart --failed-only && mended
}
fault_offsets_set_forward() {
    made "kafka-consumer-groups --to-latest while 90 records wait"
    stop_connector && send 30 || return
    # That nobody commits must be seen before and after: pintop asks the group each 10 s.
    patience=60
    wait_for members_are_none && sleep 15
    group_tool --describe && awk -v u="$user." 'index($2, u) == 1 { print $2 "," $3 "," $4 }' "$tmp/tool" >"$tmp/stood"
    set_group --to-latest --all-topics || return
    sleep 20
    curl -s -X PUT "$connector/resume"
    send 30
    named 60 "DEGRADED" lost-to-reset 'lost|forward' && fix_says 'stop the connector.*acknowledge' || return
    fixed "stopped, the offsets set back, resumed; \`connector acknowledge\`"
    stop_connector && set_group --from-file "$tmp/stood" || return
    curl -s -X PUT "$connector/resume"
    patience=60
    wait_for nothing_waits
    acknowledge && mended
}
loss_is_seen() {
    now_is '.evidence[] | select(.witness == "records lost") | .is_bad'
}
members_are_none() {
    now_is '.evidence[] | select(.witness == "group members") | .says | test("no member")'
}
fault_retention_took_waiting() {
    made "waiting records are deleted in the topic (kafka-delete-records)"
    curl -s -X PUT "$connector/pause"
    patience=60
    wait_for connector_is PAUSED
    send 30
    end=$(kcat -b "$broker" -Q -t "$user.pin:0:-1" | awk '{ print $NF }')
    printf '{"version":1,"partitions":[{"topic":"%s","partition":0,"offset":%s}]}' "$user.pin" "$end" >"$tmp/delete.json"
    kafka_tool org.apache.kafka.tools.DeleteRecordsCommand --offset-json-file "$tmp/delete.json"
    # The sink goes on at the beginning of the topic within a second: who looks then sees no gap.
    wait_for loss_is_seen
    curl -s -X PUT "$connector/resume"
    named 60 DEGRADED lost-to-retention 'retention' && fix_says 'retention.ms.*acknowledge' || return
    fixed "none brings them back; \`connector acknowledge\`"
    send 30
    patience=60
    wait_for nothing_waits
    acknowledge && mended
}
