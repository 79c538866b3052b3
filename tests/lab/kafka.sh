# Apache Kafka in KRaft mode, for tests/lab/lib.sh: its jars, settings, format, start. Sourced after it.
#
#   kafka_fetch                       the jars into the cache; sets $jars
#   kafka_settings NAME ID BROKERS    settings that every broker of ours has, to $dir/NAME.properties
#   kafka_format NAME CLUSTER_ID ARGUMENTS…
#   kafka_start NAME BOOTSTRAP JVM_OPTIONS…
#                                     until it answers; 1 it ended, 2 its port was taken, 3 no answer
#   kafka_tool CLASS ARGUMENTS…       one of Kafka's own tools
kafka_version=3.9.2

kafka_fetch() {
    fetch_jars "$here/kafka/pom.xml" "kafka-$kafka_version"
}

kafka_settings() { # NAME ID BROKERS: replicated on all of them
    isr=$(($3 > 1 ? 2 : 1))
    cat >"$dir/$1.properties" <<TXT
process.roles=broker,controller
node.id=$2
log.dirs=$dir/$1
num.partitions=3
default.replication.factor=$3
min.insync.replicas=$isr
offsets.topic.replication.factor=$3
offsets.topic.num.partitions=3
transaction.state.log.replication.factor=$3
transaction.state.log.min.isr=$isr
transaction.state.log.num.partitions=3
auto.create.topics.enable=false
broker.session.timeout.ms=3000
broker.heartbeat.interval.ms=500
group.initial.rebalance.delay.ms=0
TXT
    cat >"$dir/log4j.properties" <<'TXT'
log4j.rootLogger=INFO, out
log4j.appender.out=org.apache.log4j.ConsoleAppender
log4j.appender.out.layout=org.apache.log4j.PatternLayout
log4j.appender.out.layout.ConversionPattern=[%d] %p %m (%c)%n
TXT
}

new_cluster_id() {
    head -c 16 /dev/urandom | base64 | tr '+/' 'ab' | tr -d '='
}
# A short-lived program is not worth a compiler that optimises.
short_java() {
    java -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xmx96m \
        -Dlog4j.configuration="file:$dir/log4j.properties" "$@"
}
# Arguments by a file: some are secrets.
kafka_format() { # NAME CLUSTER_ID ARGUMENTS…
    [ -e "$dir/$1/meta.properties" ] && return
    format_name=$1 format_id=$2
    shift 2
    (umask 077 && printf '"%s"\n' kafka.tools.StorageTool format -t "$format_id" \
        -c "$dir/$format_name.properties" "$@" >"$dir/$format_name.args")
    short_java -cp "$jars/*" "@$dir/$format_name.args" >"$dir/$format_name.format.log" 2>&1
    format_rc=$?
    rm -f "$dir/$format_name.args"
    [ $format_rc -eq 0 ] && return
    tail -n 5 "$dir/$format_name.format.log" >&2
    die 1 "cannot format $dir/$format_name"
}
kafka_tool() { # CLASS ARGUMENTS…
    short_java -cp "$jars/*" "$@"
}

# The protocol's own answer, where kcat is here to ask. Both signs: the log is ours, the answer alone
# could come from another who holds that port.
kafka_answers() { # NAME BOOTSTRAP
    grep -q 'Kafka Server started' "$dir/$1.log" 2>/dev/null || return 1
    command -v kcat >/dev/null 2>&1 || return 0
    kcat -b "$2" -L -m 2 2>/dev/null | grep -q '^ [0-9]* brokers'
}
kafka_is_decided() { # NAME BOOTSTRAP
    kafka_answers "$1" "$2" || is_gone "$1"
}
kafka_launch() { # NAME JVM_OPTIONS…
    launch_name=$1
    shift
    : >"$dir/$launch_name.log"
    server "$launch_name" java -Xmx320m "$@" kafka.Kafka "$dir/$launch_name.properties"
}
kafka_wait() { # NAME BOOTSTRAP
    until_s 60 kafka_is_decided "$1" "$2" || return 3
    kafka_answers "$1" "$2" && return
    grep -q 'Address already in use' "$dir/$1.log" && return 2
    return 1
}
