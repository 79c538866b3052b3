# The store refuses, hangs, is slow, is another, or is away.

# Each answer to a PUT, as S3 words it; the sink fails as Confluent's does.
refused() { # SECONDS RULE CAUSE FIX PROXY…
    refused_s=$1 refused_rule=$2 refused_cause=$3 refused_fix=$4
    shift 4
    through_proxy false && proxy "$@" && send 30 || return
    named "$refused_s" "FAILED DEGRADED" "$refused_rule" "$refused_cause" && fix_says "$refused_fix" || return
    fixed "S3 lets the write through again; \`connector restart --failed-only\`"
    proxy pass
    restart --failed-only && mended
}
fault_s3_put_denied() {
    made "the proxy answers PUT with 403 AccessDenied that names s3:PutObject"
    refused 60 s3-denied 's3:PutObject' 's3:PutObject' refuse 403 AccessDenied \
        'User: arn:aws:iam::123456789012:user/sink is not authorized to perform: {action} on resource: "arn:aws:s3:::{bucket}/{key}" because no identity-based policy allows the {action} action'
}
fault_s3_kms_denied() {
    made "PUT: 403, kms:GenerateDataKey is denied"
    refused 60 s3-kms-denied 'kms:GenerateDataKey' 'kms:GenerateDataKey' refuse 403 AccessDenied \
        'User: arn:aws:iam::123456789012:user/sink is not authorized to perform: kms:GenerateDataKey on resource: arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555 because no identity-based policy allows the kms:GenerateDataKey action'
}
fault_s3_expired() {
    made "PUT: 400 ExpiredToken"
    refused 60 s3-expired 'have expired' 'new credentials' refuse 400 ExpiredToken The provided token has expired.
}
fault_s3_clock() {
    made "PUT: 403 RequestTimeTooSkewed"
    refused 60 s3-clock 'clock' 'clock' refuse 403 RequestTimeTooSkewed \
        "The difference between the request time and the server's time is too large."
}
fault_s3_key_unknown() {
    made "PUT: 403 InvalidAccessKeyId"
    refused 60 s3-key-unknown 'access key' 'aws.access.key.id' refuse 403 InvalidAccessKeyId \
        The AWS Access Key Id you provided does not exist in our records.
}
fault_s3_internal() {
    made "PUT: 500 InternalError"
    refused 60 s3-internal 'failed with an internal error' 'Restart the failed tasks' refuse 500 InternalError \
        We encountered an internal error. Please try again.
}
fault_s3_slow_down() {
    made "PUT: 503 SlowDown"
    refused 60 s3-slow-down 'fewer requests' 'Restart the failed tasks' refuse 503 SlowDown Please reduce your request rate.
}
fault_s3_reset() {
    made "PUT: the connection is reset in the middle"
    refused 60 s3-reset 'broke' 'Restart the failed tasks' reset
}
fault_s3_put_refused_for_ever() {
    made "PUT: 403 AccessDenied, and the sink tries again for ever: all RUNNING"
    through_proxy true && proxy refuse 403 AccessDenied Access Denied && send 30 || return
    named 120 STALLED '*' 'none is read' && fix_says 'write' || return
    fixed "S3 lets the write through again"
    proxy pass
    mended
}
fault_s3_put_hangs() {
    made "PUT is never answered"
    through_proxy true && proxy hang && send 30 || return
    named 120 STALLED '*' 'none is read' && fix_says 'write' || return
    fixed "PUTs are answered again"
    proxy pass
    mended
}
fault_s3_put_slow() {
    made "each PUT takes 3 s, and 60 records/s come in"
    through_proxy true && change flush.size=10 consumer.override.max.poll.records=20 && proxy slow 3 || return
    # shellcheck disable=SC2086
    "$pintop" $with stream --duration 600 --rate 20 >"$tmp/slow.out" 2>&1 &
    stream=$!
    children="$children $stream"
    named 320 DEGRADED lag-grows 'of the .* that come in' && fix_says 'flush.size' || return
    fixed "flush.size 10 → 1000, as it says"
    change flush.size=1000
    kill $stream
    wait $stream
    mended 240
}
fault_s3_stopped() {
    made "the S3 server is stopped"
    "$lab" stop s3 && send 30 || return
    named 60 "STALLED" '*' 'refuse' || return
    fixed "S3 is started"
    "$lab" start s3
    mended
}
fault_bucket_removed() {
    made "the bucket is removed"
    mv "$LAB_S3_OBJECTS" "$LAB_S3_OBJECTS.away" && send 30 || return
    named 60 "DEGRADED STALLED" s3-no-bucket 'does not exist' && fix_says 'create the bucket'
    fixed "the bucket is made again"
    mv "$LAB_S3_OBJECTS.away" "$LAB_S3_OBJECTS"
    [ -n "$row_fails" ] || mended
}
fault_bucket_other_name() {
    made "s3.bucket.name names no bucket"
    change s3.bucket.name=nobodys-bucket && send 30 || return
    named 60 "DEGRADED STALLED" s3-no-bucket 'nobodys-bucket' && fix_says 's3.bucket.name' || return
    fixed "s3.bucket.name corrected"
    change "s3.bucket.name=$user-bucket" && mended
}
fault_wrong_secret() {
    made "aws.secret.access.key is not the key's"
    change aws.secret.access.key=wrong && send 30 || return
    named 60 "DEGRADED STALLED" s3-signature 'SignatureDoesNotMatch' && fix_says 'aws.secret.access.key' || return
    fixed "the right secret is put"
    patience=60
    wait_for put_back && mended
}
fault_wrong_endpoint() {
    made "store.url has a port where nobody listens"
    change store.url=http://127.0.0.1:9 && send 30 || return
    named 60 "DEGRADED STALLED" '*' '127.0.0.1:9.*refuse' && fix_says 'store.url' || return
    fixed "store.url corrected"
    change "store.url=$LAB_S3_URL" && mended
}
fault_endpoint_no_name() {
    made "store.url has a name that does not resolve"
    change store.url=http://s3.nowhere.invalid:7070 && send 30 || return
    named 90 "DEGRADED STALLED" '*' 's3.nowhere.invalid' && fix_says 'store.url' || return
    fixed "store.url corrected"
    change "store.url=$LAB_S3_URL" && mended
}
fault_wrong_region() {
    made "s3.region is another than the store's"
    change s3.region=eu-west-3 && send 30 || return
    named 60 "DEGRADED STALLED" '*' 'region|AuthorizationHeader' && fix_says 's3.region' || return
    fixed "s3.region corrected"
    change s3.region=us-east-1 && mended
}
