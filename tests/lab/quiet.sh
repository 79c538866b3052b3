# The sinks of tests/lab/quiet and what they are fed with. Sourced by it after check.sh.
#
#   make_topics, make_sinks       once; the sinks read topics of their own, which the pipeline's does not
#   feed_all                      a round of each: what a healthy installation does to its topics
#   add_partitions N              to the topic that grows
#   watched                       names of all sinks, one a line

# name · topic · what is changed in the pipeline's own configuration (jq)
sinks() {
    cat <<'TXT'
q-tx         quiet-tx        ."consumer.override.isolation.level" = "read_committed"
q-tx-all     quiet-tx        ."topics.dir" = "uncommitted"
q-compact    quiet-compact   .
q-grown      quiet-grown     .
q-latest     quiet-old       ."consumer.override.auto.offset.reset" = "latest"
q-tolerant   quiet-tolerant  ."errors.tolerance" = "all"
q-letters    quiet-letters   ."errors.tolerance" = "all" | ."errors.deadletterqueue.topic.name" = "quiet-dead" | ."errors.deadletterqueue.topic.replication.factor" = "1" | ."errors.deadletterqueue.context.headers.enable" = "true"
q-tombs      quiet-compact   ."topics.dir" = "tombs" | ."behavior.on.null.values" = "ignore"
q-filter     quiet-filter    .transforms = "drop" | ."transforms.drop.type" = "org.apache.kafka.connect.transforms.Filter" | ."transforms.drop.predicate" = "marked" | .predicates = "marked" | ."predicates.marked.type" = "org.apache.kafka.connect.transforms.predicates.HasHeaderKey" | ."predicates.marked.name" = "drop"
q-idle       quiet-idle      .
TXT
}
watched() {
    echo "$sink"
    sinks | awk '{ print $1 }'
}
make_topic() { # NAME OPTIONS…
    run -X pintop.topics.prefix=quiet- topics create "$@" --partitions 1
    [ $rc -eq 0 ] || not_ok "topic-$1" "$(said)"
}
make_topics() {
    for topic in tx grown old tolerant letters filter idle dead; do
        make_topic "quiet-$topic"
    done
    # Compacted as fast as Kafka does it.
    make_topic quiet-compact --config cleanup.policy=compact --config segment.ms=5000 \
        --config min.cleanable.dirty.ratio=0.01 --config delete.retention.ms=1000
}
make_sink() { # NAME TOPIC JQ
    jq --arg n "$1" --arg t "$2" "del(.\"topics.regex\") | .name = \$n | .topics = \$t | .\"tasks.max\" = \"1\" | $3" \
        "$tmp/config.json" >"$tmp/sink.json"
    try_sink() {
        curl -s -f -X PUT -H 'Content-Type: application/json' --data @"$tmp/sink.json" \
            "$LAB_CONNECT_URL/connectors/$1/config" >"$tmp/answer" 2>&1
    }
    patience=60
    wait_for try_sink "$1" || not_ok "sink-$1" "$(cat "$tmp/answer")"
}
make_sinks() {
    curl -s "$LAB_CONNECT_URL/connectors/$sink/config" >"$tmp/config.json"
    sinks >"$tmp/sinks"
    while read -r name topic change; do
        make_sink "$name" "$topic" "$change" </dev/null
    done <"$tmp/sinks"
}

# ---- records

json() { # FIRST N
    seq "$1" $(($1 + $2 - 1)) | sed 's/.*/{"n":&,"words":"forty characters or so, as records have"}/'
}
keyed() { # PREFIX KEYS N: "key<TAB>value", round and round
    seq 1 "$3" | awk -v p="$1" -v k="$2" '{ printf "%s%d\t{\"n\":%d,\"words\":\"forty characters or so, as records have\"}\n", p, $1 % k, $1 }'
}
put() { # TOPIC [KCAT OPTIONS]: values on stdin
    topic=$1
    shift
    kcat -b "$broker" -P -t "$topic" "$@" 2>>"$tmp/kcat.err"
}
# Of what is written, not of what may be read: beyond an open transaction.
end_of() { # TOPIC PARTITION
    kcat -b "$broker" -X isolation.level=read_uncommitted -Q -t "$1:$2:-1" 2>/dev/null | awk '/ offset / { print $NF }'
}
has_grown() { # TOPIC FROM
    [ "$(end_of "$1" 0)" -gt "$2" ]
}
# One that ends, then one that is killed with its records in the log; the next one's begin aborts it,
# so that the log ends in records nobody may read and in markers.
transactions() { # N
    for i in $(seq 1 "$1"); do
        json "$i" 3 | put quiet-tx -X transactional.id=quiet
    done
    from=$(end_of quiet-tx 0)
    mkfifo "$tmp/open"
    kcat -b "$broker" -P -t quiet-tx -X transactional.id=quiet -X linger.ms=0 -c 100000 <"$tmp/open" 2>>"$tmp/kcat.err" &
    victim=$!
    exec 7>"$tmp/open"
    json 1 2000 >&7 # kcat sends what it has read in large pieces
    patience=20
    wait_for has_grown quiet-tx "$from" || not_ok open-transaction "$(tail -n 3 "$tmp/kcat.err")"
    kill -9 $victim
    exec 7>&-
    wait $victim 2>/dev/null
    rm -f "$tmp/open"
    : | put quiet-tx -X transactional.id=quiet
}
poison() { # TOPIC
    json 1 40 | put "$1"
    echo 'no json' | put "$1"
    json 41 60 | put "$1"
}
# Few keys again and again: what compaction leaves of it is a handful of records in thousands of offsets.
history_that_is_compacted() {
    keyed alone- 60 60 | put quiet-compact -K "$(printf '\t')"
    keyed same- 20 4000 | put quiet-compact -K "$(printf '\t')"
    sleep 6 # segment.ms: the segment can only be closed by a record that comes later
    keyed later- 400 400 | put quiet-compact -K "$(printf '\t')"
    sleep 6
    keyed last- 10 10 | put quiet-compact -K "$(printf '\t')"
}
is_compacted() {
    [ "$(kcat -b "$broker" -C -t quiet-compact -o beginning -e -q 2>/dev/null | wc -l)" -lt 1000 ]
}
feed_all() { # ROUND
    transactions 20
    keyed same- 20 600 | put quiet-compact -K "$(printf '\t')"
    json "$1" 80 | put quiet-grown
    [ "$1" -lt 2 ] || json "$1" 80 | put quiet-old
    poison quiet-tolerant
    poison quiet-letters
    json 1 60 | put quiet-filter
    json 1 300 | put quiet-filter -H drop=1
    json 1 10 | put quiet-filter
    [ $(($1 % 4)) -ne 0 ] || json 1 5 | put quiet-idle
}
add_partitions() { # N
    java -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xmx96m -cp "$LAB_JARS/*" org.apache.kafka.tools.TopicCommand \
        --bootstrap-server "$broker" --alter --topic quiet-grown --partitions "$1" >"$tmp/tool" 2>&1 ||
        not_ok add-partitions "$(tail -n 3 "$tmp/tool")"
}
