# Records, converters, transforms, and how the sink is set up.

fault_bad_record() {
    made "one record is not JSON"
    echo 'no json' | put_line "$user.pin" 0
    send 30
    named 60 "FAILED DEGRADED" json-broken 'not JSON' && fix_says 'errors.tolerance=all' || return
    fixed "errors.tolerance=all with a dead letter topic; \`connector restart --failed-only\`"
    change errors.tolerance=all errors.deadletterqueue.topic.name=dead-letters && restart --failed-only || return
    named_then 60 "DEGRADED" dead-letters 'dead-letters' || return
    mended_to "The dead letter is told, and all is taken"
    patience=60
    wait_for nothing_waits
}
fault_wrong_converter() {
    made "value.converter.schemas.enable=true, and plain JSON comes"
    change value.converter.schemas.enable=true && send 30 || return
    named 60 "FAILED DEGRADED" json-envelope 'envelope' && fix_says 'value.converter.schemas.enable=false' || return
    fixed "value.converter.schemas.enable=false; \`connector restart --failed-only\`"
    change value.converter.schemas.enable=false && restart --failed-only && mended
}
fault_tombstone() {
    made "a record without a value"
    printf 'k:' | kcat -b "$broker" -P -Z -K: -t "$user.pin" -p 0
    send 30
    named 60 "FAILED DEGRADED" null-value 'tombstone' && fix_says 'behavior.on.null.values=ignore' || return
    fixed "behavior.on.null.values=ignore; \`connector restart --failed-only\`"
    change behavior.on.null.values=ignore && restart --failed-only && send 30 && mended
}
fault_transform_needs_fields() {
    made "ExtractField behind the StringConverter"
    change value.converter=org.apache.kafka.connect.storage.StringConverter transforms=one \
        'transforms.one.type=org.apache.kafka.connect.transforms.ExtractField$Value' transforms.one.field=index && send 30 || return
    named 60 "FAILED DEGRADED" smt-schemaless 'transform' && fix_says 'Remove the transform' || return
    fixed "the transform is taken out; \`connector restart --failed-only\`"
    change transforms= transforms.one.type= transforms.one.field= && restart --failed-only && mended
}
fault_transform_cast() {
    made "a Cast transform makes an int32 of a text"
    change transforms=one 'transforms.one.type=org.apache.kafka.connect.transforms.Cast$Value' \
        transforms.one.spec=title:int32,country:int32,first_name:int32 && send 30 || return
    named 60 "FAILED DEGRADED" smt-failed 'Cast' && fix_says 'remove it' || return
    fixed "the transform is taken out; \`connector restart --failed-only\`"
    change transforms= transforms.one.type= transforms.one.spec= && restart --failed-only && mended
}
fault_flush_size_too_high() {
    made "flush.size 1000000 at 20 records/s, and nothing closes an object by time"
    change flush.size=1000000 rotate.schedule.interval.ms=-1 || return
    # shellcheck disable=SC2086
    "$pintop" $with stream --duration 40 --rate 20 >/dev/null 2>&1 &
    stream=$!
    named 60 DEGRADED records-read-none-written 'flush' && fix_says 'flush.size' || return
    fixed "flush.size 100, rotate.schedule.interval.ms 5000"
    wait $stream
    change flush.size=100 rotate.schedule.interval.ms=5000 && mended
}
fault_bucket_with_blank() {
    made "s3.bucket.name ends with a blank"
    put_settings '."s3.bucket.name" += " "' && send 30 || return
    named 60 "DEGRADED STALLED" s3-bucket-name "$user-bucket " && fix_says 'blank' || return
    fixed "the name without the blank"
    change "s3.bucket.name=$user-bucket" && mended
}
second_sink() { # JQ FILTER: a second connector of the sink's configuration, changed
    jq "$1" "$tmp/config.json" >"$tmp/second.json"
    try_second() {
        curl -s -f -X PUT -H 'Content-Type: application/json' --data @"$tmp/second.json" \
            "$LAB_CONNECT_URL/connectors/second/config" >"$tmp/answer" 2>&1
    }
    patience=60
    wait_for try_second
}
no_second() {
    try_delete() {
        curl -s -o /dev/null -w '%{http_code}' -X DELETE "$LAB_CONNECT_URL/connectors/second" | grep -q '20[04]\|404'
    }
    patience=60
    wait_for try_delete
}
fault_two_sinks_one_folder() {
    made "a second connector writes the same topics to the same folder"
    second_sink '.name = "second"' && send 30 || return
    named 60 "DEGRADED" objects-shared 'second' && fix_says 'topics.dir'
    fixed "another topics.dir for the second"
    [ -n "$row_fails" ] || { second_sink '.name = "second" | ."topics.dir" = "second"' && mended; }
    no_second
}
fault_two_sinks_one_group() {
    made "a second connector reads with the first one's group"
    second_sink ".name = \"second\" | .\"topics.dir\" = \"second\" | .\"consumer.override.group.id\" = \"connect-$sink\"" && send 30 || return
    named 60 "DEGRADED" group-shared 'second' && fix_says 'group'
    fixed "a group of its own for the second"
    [ -n "$row_fails" ] || { second_sink '.name = "second" | ."topics.dir" = "second"' && mended; }
    no_second
}
