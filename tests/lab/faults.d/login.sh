# The sink's consumer as a principal of its own: rights, passwords, listeners, certificates.

# SCRAM over TLS as the lab's restricted user, by the listener whose addresses are given.
as_user() { # ADDRESSES [JQ: more]
    put_settings "del(.\"topics.regex\") + {topics: \"$user.pin,$user.geo,$user.user\",
        \"consumer.override.bootstrap.servers\": \"$1\",
        \"consumer.override.security.protocol\": \"SASL_SSL\",
        \"consumer.override.sasl.mechanism\": \"SCRAM-SHA-512\",
        \"consumer.override.sasl.jaas.config\": (\"org.apache.kafka.common.security.scram.ScramLoginModule required username=\\\"$user\\\" password=\\\"\" + env.p + \"\\\";\"),
        \"consumer.override.ssl.truststore.type\": \"PEM\",
        \"consumer.override.ssl.truststore.location\": \"$LAB_CA\"} ${2:-}" && [ -n "${3:-}" ] || wait_for all_run
}
rights() { # add|remove topic|group
    case $2 in
    topic) what="--topic $user." ;;
    group) what="--group connect-" ;;
    esac
    force=
    [ "$1" = add ] || force=--force
    # shellcheck disable=SC2086
    kafka_tool kafka.admin.AclCommand "--$1" $force --allow-principal "User:$user" --operation All $what --resource-pattern-type prefixed
}
# The command that pintop names, with the place holders filled in, through Kafka's own tool; then the
# restart. A task that failed later, or found the next topic denied, is named with its own command:
# whoever follows that does it so often.
follow_acls() {
    turns=0
    fixed "the kafka-acls line as it stands there; \`connector restart --failed-only\`"
    while [ $turns -lt 4 ] && do_acl && restart --failed-only; do
        turns=$((turns + 1))
        patience=25
        ! wait_for well || break
        row_fix=$(newest | jq -r '.fix // ""')
    done
    [ $turns -lt 2 ] || row_fixed="$row_fixed; $turns times, as it says each time"
    mended
}
well() {
    now_is '(.verdict == "OK" or .verdict == "IDLE") and .lag_total == 0'
}
do_acl() {
    command=$(echo "$row_fix" | grep -o 'kafka-acls --bootstrap-server HOST [^;,]*' | sed "s/kafka-acls --bootstrap-server HOST//; s/User:NAME/User:$user/")
    [ -n "$command" ] || return 1
    # shellcheck disable=SC2086
    kafka_tool kafka.admin.AclCommand $command
}
fault_topic_right_taken() {
    made "the ACL for the topics is taken from the sink's user"
    as_user "$LAB_SCRAM" && mended && rights remove topic && send 30 || return
    named 90 "FAILED DEGRADED" kafka-topic-denied "$user" && fix_says 'kafka-acls .* --operation Read' || {
        rights add topic
        return
    }
    follow_acls
    rights add topic
}
fault_group_right_taken() {
    made "the ACL for the group is taken from the sink's user"
    as_user "$LAB_SCRAM" && mended && rights remove group && send 30 || return
    named 90 "FAILED DEGRADED" kafka-group-denied "connect-$sink" && fix_says 'kafka-acls .* --operation Read --group' || {
        rights add group
        return
    }
    follow_acls
    rights add group
}
# A login that can't work, put right by the settings that do.
refused_login() { # RULE CAUSE FIX FIXED ADDRESSES JQ
    as_user "$5" "$6" now
    send 30
    named 120 "FAILED DEGRADED STALLED" "$1" "$2" && fix_says "$3" || return
    fixed "$4; \`connector restart --failed-only\`"
    as_user "$LAB_SCRAM" && restart --failed-only && mended
}
fault_wrong_password() {
    made "the consumer's SCRAM password is wrong"
    refused_login kafka-scram-login 'user name or the password' 'sasl.jaas.config' "consumer.override.sasl.jaas.config corrected" \
        "$LAB_SCRAM" "| .\"consumer.override.sasl.jaas.config\" |= sub(\"password=.*\"; \"password=\\\"wrong\\\";\")"
}
fault_wrong_mechanism() {
    made "sasl.mechanism=PLAIN on a listener that has SCRAM"
    refused_login kafka-mechanism 'PLAIN' 'sasl.mechanism' "consumer.override.sasl.mechanism corrected" \
        "$LAB_SCRAM" "| .\"consumer.override.sasl.mechanism\" = \"PLAIN\" | .\"consumer.override.sasl.jaas.config\" |= sub(\"scram.ScramLoginModule\"; \"plain.PlainLoginModule\")"
}
fault_tls_on_plain_port() {
    made "TLS to the brokers' plain text port"
    refused_login - 'topics are not read' 'consumer.override.bootstrap.servers is' "the TLS port in consumer.override.bootstrap.servers" "$LAB_PLAINTEXT" ""
}
fault_plain_on_tls_port() {
    made "plain text to the brokers' TLS port"
    refused_login kafka-plain-on-tls 'plain text' 'security.protocol' "consumer.override.security.protocol corrected" \
        "$LAB_SCRAM" "| .\"consumer.override.security.protocol\" = \"PLAINTEXT\""
}
fault_untrusted_ca() {
    made "the consumer's truststore has another CA"
    refused_login tls-trust 'trust' 'ssl.truststore.location' "consumer.override.ssl.truststore.location corrected" \
        "$LAB_SCRAM" "| .\"consumer.override.ssl.truststore.location\" = \"$LAB_OTHER_CA\""
}
fault_certificate_expired() {
    made "the brokers' certificate has run out"
    refused_login tls-expired 'has expired' 'Renew' "a listener with a valid certificate" "$LAB_TLS_EXPIRED" ""
}
fault_certificate_other_name() {
    made "the brokers' certificate is another host's"
    refused_login tls-name 'another host name' 'name' "a listener whose certificate has the name" "$LAB_TLS_WRONG_NAME" ""
}
fault_consumer_to_nowhere() {
    made "consumer.override.bootstrap.servers has a port where nobody listens"
    refused_login - 'topics are not read' 'consumer.override.bootstrap.servers is' "consumer.override.bootstrap.servers corrected" 127.0.0.1:9 ""
}
