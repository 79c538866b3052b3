# Each row of the doctor's table is broken in turn, for test_setup: exactly that row says so, those that need it are
# unknown, all others stay as they were; and what the row advises makes it well. Sourced after setup.sh.
#
#   try NAME BREAK ROWS ID PATTERN FIX
#       BREAK, FIX   shell commands; FIX is what the row's next step says
#       ROWS         what changes, as "id=state …": no other row may
#       ID PATTERN   what this row says: "id is state: evidence. Next: fix" matches it
#   option WORDS     these options are wrong; plain: they are the operator's again

option() {
    with="$with_well $1"
}
without() { # PATTERN of an option's words
    with=$(echo "$with_well" | tr '\n' ' ' | sed -E "s#-X $1[^ ]*##")
}
plain() {
    with=$with_well
}

# Rows that changed and give no next step: one that is unknown names what it needs, or says what can be done.
unexplained() { # "id=state …"
    jq -r --arg all " $1" '.checks[] | select(.id as $id | $all | contains(" \($id)=")) | select(
        if .state == "not needed" or .state == "ok" or (.fix // "") != "" then false
        elif .state != "unknown" then true
        else (.evidence | capture("needs (?<what>[a-z.0-9]+)").what // "-") as $what | ($all | contains(" \($what)=") | not) end)
        | "\(.id) is \(.state), and names no next step: \(.evidence)"' "$tmp/out"
}
look() { # "ID …": these rows, "" all
    if [ -n "${in_tty:-}" ]; then
        # shellcheck disable=SC2086
        pintop_in_tty doctor --json ${1:+--only} $1
    else
        # shellcheck disable=SC2086
        run doctor --json ${1:+--only} $1
    fi
}
try() { # NAME BREAK ROWS ID PATTERN FIX
    case " ${only:-$1} " in *" $1 "*) ;; *) return ;; esac
    rows=$(sorted "$3")
    eval "$2" || { not_ok "$1" "it could not be broken: $2"; return; }
    look ''
    got=$(changed)
    said_rows=$(jq -r --arg all " $got $rows $4=" '.checks[] | select(.id as $id | $all | contains(" \($id)=")) |
        "\(.id) is \(.state): \(.evidence). Next: \(.fix)"' "$tmp/out")
    problem=
    [ "$got" = "$rows" ] || problem="wanted $rows, got $got"
    echo "$said_rows" | grep -Eq -- "^$4 is .*($5)" || problem="${problem:+$problem; }$4 does not say $5"
    silent=$(unexplained "$got")
    [ -z "$silent" ] || problem="${problem:+$problem; }$silent"
    if ! eval "$6"; then
        not_ok "$1" "the fix does not work: $6" "${advice:-}" "$(tail -n 3 "$tmp/advised") $(tail -n 3 "$tmp/err")" "$problem" "$said_rows"
        case $2 in *break/*) eval "$(echo "$2" | sed 's/break/repair/')" ;; esac
        plain
        return
    fi
    # Then these rows are as they were. (Whatever else is left over shows in the next fault's run, and what was
    # undone by hand is seen there alone: each run takes its second.)
    left=
    case $6 in
    *advised* | *by_pintop*)
        look "$(for r in $rows; do printf '%s ' "${r%%=*}"; done)"
        left=$(changed)
        ;;
    esac
    [ -z "$left" ] || problem="${problem:+$problem; }after the fix: $left: $(for r in $left; do row "${r%%=*}"; done)"
    [ -z "$problem" ] && ok "$1" && n_faults=$((n_faults + 1)) || not_ok "$1" "$problem" "$said_rows"
}

kafka_unknown="kafka.connect=unknown kafka.topics=unknown kafka.acl=unknown"
msk_unknown="msk.cluster=unknown msk.bootstrap=unknown msk.zookeeper=unknown"

# ---- this host
try_self() {
    try metadata-silent 'unset AWS_EC2_METADATA_DISABLED; export AWS_EC2_METADATA_SERVICE_ENDPOINT=$aws_url; aws_control "mode=hang&op=/latest"' \
        "place=warn" place 'perhaps on EC2' \
        'export AWS_EC2_METADATA_DISABLED=true; aws_control mode=ok'
    try on-the-host 'unset AWS_EC2_METADATA_DISABLED' \
        "keypair.parameter=not-needed keypair.file=not-needed keypair.gitignore=not-needed ec2.keypair=not-needed ec2.instance=not-needed ec2.ssh=not-needed" \
        place 'on EC2 i-0abc, in vpc-0abc' 'export AWS_EC2_METADATA_DISABLED=true'
    try wrong-keys 'sed "s/^\(aws_secret_access_key *= *\).*/\1wrong/" "$AWS_SHARED_CREDENTIALS_FILE" >"$tmp/wrong"; good=$AWS_SHARED_CREDENTIALS_FILE; AWS_SHARED_CREDENTIALS_FILE=$tmp/wrong' \
        "aws.login=fail client.properties=warn ec2.instance=unknown ec2.keypair=unknown iam.role=unknown iam.trust=unknown $kafka_unknown $msk_unknown
        keypair.parameter=unknown mskconnect.connector=unknown mskconnect.plugin=unknown s3.bucket=unknown s3.plugin=unknown" aws.login 'secret access key' 'AWS_SHARED_CREDENTIALS_FILE=$good'
    try clock-behind 'aws_control skew_s=200' "clock=warn" clock "clock is (199|200|201) s behind AWS's.*timedatectl" 'aws_control skew_s=0'
    try no-user-id 'without pintop.user.id' \
        "user.id=fail client.properties=unknown iam.role=unknown iam.trust=unknown kafka.acl=unknown kafka.topics=unknown mskconnect.connector=unknown
        mskconnect.plugin=unknown s3.bucket=unknown s3.plugin=unknown" user.id 'pintop.user.id is not set; by your credentials it may be lab.*-X pintop.user.id=lab' plain
    try no-such-source 'option "-X pintop.stream.geo.source=/nowhere"' "streams=fail" streams 'pintop.stream.geo.source is /nowhere.*set it to synthetic' \
        'option "-X pintop.stream.geo.source=synthetic"'
    plain
    in_tty=1
    try terminal-dumb 'TERM=dumb' "terminal=fail" terminal 'TERM is dumb.*export TERM=xterm-256color' 'export TERM=xterm-256color; sed -i s/terminal=not-needed/terminal=ok/ "$tmp/well"'
    try terminal-not-utf8 'export LC_ALL=C' "terminal=warn" terminal 'not UTF-8.*export LC_ALL=C.UTF-8' 'export LC_ALL=C.UTF-8'
    in_tty=
    sed -i s/terminal=ok/terminal=not-needed/ "$tmp/well"
}

# ---- the key
try_key() {
    gone="keypair.file=fail ec2.keypair=unknown ec2.ssh=unknown"
    try pem-missing 'mv "$key" "$tmp/kept.pem"' "$gone keypair.gitignore=unknown" keypair.file 'there is no' 'advised keypair.file && cmp -s "$key" "$tmp/kept.pem"'
    try pem-for-all-to-read 'chmod 644 "$key"' "$gone" keypair.file 'mode 0644' 'advised keypair.file'
    try pem-for-all-to-read-again 'chmod 640 "$key"' "$gone" keypair.file 'mode 0640' 'by_pintop keypair.file && [ "$(stat -c %a "$key")" = 600 ]'
    try another-pem 'mv "$key" "$tmp/kept.pem"; ssh-keygen -q -t rsa -b 2048 -m PEM -N "" -f "$key"' "$gone" keypair.file 'holds another key than .*move .* away' \
        'cp "$key" "$tmp/other.pem"; by_pintop keypair.file; cmp -s "$key" "$tmp/other.pem" && rm "$key" "$key.pub" && by_pintop keypair.file'
    try pem-is-garbage 'echo hello >"$key"' "$gone" keypair.file 'is no private key' 'rm "$key"; by_pintop keypair.file'
    try pem-is-cut 'head -n 9 "$tmp/kept.pem" >"$key"' "$gone" keypair.file 'its end is missing' 'rm "$key"; by_pintop keypair.file'
    try pem-with-a-passphrase 'ssh-keygen -q -p -P "" -N geheim -f "$key" >/dev/null' "keypair.file=warn ec2.keypair=unknown ec2.ssh=unknown" keypair.file 'protected by a passphrase.*ssh-keygen -p' \
        'ssh-keygen -q -p -P geheim -N "" -f "$key" >/dev/null'
    rm -f "$key" && by_pintop keypair.file
    try pem-not-ignored 'cp .gitignore "$tmp/gitignore"; : >.gitignore' "keypair.gitignore=fail" keypair.gitignore 'does not ignore it' 'advised keypair.gitignore && cmp -s .gitignore "$tmp/gitignore"'
    try pem-is-staged 'git add -f key.pem' "keypair.gitignore=fail" keypair.gitignore 'is added to git' 'advised keypair.gitignore'
    try pem-is-committed 'git add -f key.pem; git -c user.name=x -c user.email=x@x commit -q -m x' "keypair.gitignore=fail" keypair.gitignore 'in its history: commit .*make a new pair' \
        'rm -rf .git; git init -q .'
    try parameter-not-encrypted 'account break/parameter-plain' "keypair.parameter=warn" keypair.parameter 'as String instead of SecureString' 'account repair/parameter-plain'
    try parameter-gone 'account break/parameter-gone' "keypair.parameter=fail" keypair.parameter 'has no /ec2/keypair/' 'account repair/parameter-gone'
    try parameter-of-another-key 'account break/parameter-other-key' "keypair.parameter=fail" keypair.parameter 'holds another key than EC2' 'account repair/parameter-other-key'
    try parameter-with-a-passphrase 'account break/parameter-passphrase' "keypair.parameter=fail" keypair.parameter 'passphrase' 'account repair/parameter-passphrase'
    try parameter-is-public 'account break/parameter-public' "keypair.parameter=fail" keypair.parameter 'is a public key' 'account repair/parameter-public'
    try pair-made-anew 'account break/pair-made-anew' "keypair.parameter=fail ec2.keypair=fail" ec2.keypair 'holds another key than EC2' 'account repair/pair-made-anew'
}

# ---- the host
try_host() {
    try host-stopped 'account break/host-stopped' "ec2.instance=fail ec2.ssh=unknown" ec2.instance 'is stopped' 'advised ec2.instance'
    try host-gone 'account break/host-gone' "ec2.instance=warn" ec2.instance 'no EC2 instance' 'account repair/host-gone'
    by_name=$(echo "$with_well" | tr '\n' ' ' | sed 's/-X pintop.ssh.host=[^ ]*//')
    try host-without-a-key 'account break/host-without-key' "ec2.instance=fail ec2.ssh=unknown" ec2.instance 'without a key pair' 'account repair/host-without-key'
    try key-not-authorized ': >"$tmp/authorized"' "ec2.ssh=fail" ec2.ssh 'Permission denied' 'ssh-keygen -y -f "$key" >"$tmp/authorized"'
    try sshd-down stop_sshd "ec2.ssh=fail" ec2.ssh 'refused.*look at sshd' 'start_sshd ""'
    try sshd-wants-ec2-user 'stop_sshd; start_sshd "ForceCommand echo Please login as the user \\\"ec2-user\\\" rather than the user \\\"root\\\".; sleep 1; exit 142"' \
        "ec2.ssh=fail" ec2.ssh 'wants the user ec2-user.*pintop.ssh.user=ec2-user' 'stop_sshd; start_sshd ""'
}

# ---- the role
try_role() {
    try trust-lost 'account break/trust-lost' "iam.trust=fail" iam.trust 'does not let the role itself and kafkaconnect' 'by_pintop iam.trust'
    try trust-lost-by-aws 'account break/trust-lost' "iam.trust=fail" iam.trust 'does not let the role itself and kafkaconnect' 'advised iam.trust && [ "${advice#aws iam update}" != "$advice" ]'
    try trust-in-the-short-form 'account break/trust-short' "iam.trust=fail" iam.trust 'does not let the role itself and kafkaconnect' \
        'by_pintop iam.trust && account "look?what=trust" | jq -e ".Statement[0].Sid == \"ByHand\"" >/dev/null'
    account repair/trust-short
    try trust-with-a-condition 'account break/trust-conditioned' "iam.trust=warn" iam.trust 'SourceAccount' 'account repair/trust-conditioned'
    try trust-denied 'account break/trust-denied' "iam.trust=fail" iam.trust 'denies assuming it to.*Remove the Deny' 'account repair/trust-denied'
    try trust-for-everyone 'account break/trust-open' "iam.trust=warn" iam.trust 'lets everyone assume it.*instead of' 'account repair/trust-open'
    try role-may-not-read 'aws_control forbidden=kafka-cluster:ReadData,s3:PutObject' "iam.role=fail" iam.role 'kafka-cluster:ReadData' 'advised iam.role'
    aws_control forbidden=
    try role-gone 'account break/role-gone' "iam.role=fail iam.trust=unknown client.properties=warn" iam.role 'there is no role' 'advised iam.role && by_pintop iam.trust'
    try role-of-another-account "option '-X pintop.connector.role.arn=arn:aws:iam::999999999999:role/x'" \
        "iam.role=unknown iam.trust=unknown client.properties=fail mskconnect.connector=warn" iam.role 'is of account 999999999999' plain
    try role-at-another-path "option '-X pintop.connector.role.arn=arn:aws:iam::123456789012:role/class/$user-ec2-access-role'" \
        "iam.role=fail mskconnect.connector=warn" iam.role 'has the ARN .*Set pintop.connector.role.arn to' plain
    try java-file-names-another-role 'sed -i "s/$user-ec2-access-role/other-role/" client.properties' "client.properties=fail" client.properties 'other-role' 'advised client.properties'
    try java-file-on-another-port 'sed -i "s/^bootstrap.servers=.*/bootstrap.servers=b-1.other:9092/" client.properties' "client.properties=fail" client.properties 'port 9092 of b-1.other is for plaintext' 'by_pintop client.properties'
    try java-file-without-tls 'sed -i "s/^security.protocol=.*/security.protocol=SASL_PLAINTEXT/" client.properties' "client.properties=fail" client.properties 'SASL_PLAINTEXT' 'by_pintop client.properties'
    try java-file-missing 'rm -f client.properties' "client.properties=warn" client.properties 'there is no client.properties' 'advised client.properties'
    try java-file-damaged 'printf "sasl.jaas.config=\\\\u00" >client.properties' "client.properties=fail" client.properties 'client.properties' 'rm client.properties; by_pintop client.properties'
}

# ---- the cluster
try_cluster() {
    # (The file's port is the lab's, which is none of MSK's: that is only known to be right while the cluster tells its own.)
    cluster_gone="msk.bootstrap=unknown msk.zookeeper=unknown $kafka_unknown client.properties=warn"
    cluster_unknown="$cluster_gone iam.role=warn"
    try cluster-being-made 'tell "cluster?state=CREATING"' "msk.cluster=fail $cluster_gone mskconnect.connector=warn" msk.cluster 'lab is CREATING.*Wait' 'tell "cluster?state=ACTIVE"'
    try cluster-heals 'tell "cluster?state=HEALING"' "msk.cluster=warn" msk.cluster 'HEALING.*AWS has replaced the broker' 'tell "cluster?state=ACTIVE"'
    try cluster-in-an-unknown-state 'tell "cluster?state=DREAMING"' "msk.cluster=unknown $cluster_gone mskconnect.connector=warn" msk.cluster 'does not know this state' 'tell "cluster?state=ACTIVE"'
    try cluster-without-iam 'tell "cluster?iam=off"' "msk.cluster=fail mskconnect.connector=fail $cluster_gone" msk.cluster 'IAM off.*Switch IAM' 'tell "cluster?iam=on"'
    try two-clusters 'tell "clusters?names=lab,other"' "msk.cluster=fail $cluster_unknown mskconnect.connector=warn s3.bucket=warn" msk.cluster 'lab.*other' 'tell "clusters?names=lab"'
    try no-cluster 'tell "clusters?names="' "msk.cluster=fail $cluster_unknown mskconnect.connector=warn s3.bucket=warn" msk.cluster 'there is none in us-east-1.*Check the region' 'tell "clusters?names=lab"'
    try other-region-arn "option '-X pintop.msk.cluster=arn:aws:kafka:eu-west-1:123456789012:cluster/lab/x'" \
        "msk.cluster=fail $cluster_unknown keypair.parameter=fail ec2.keypair=fail ec2.instance=warn s3.bucket=fail s3.plugin=unknown mskconnect.plugin=warn mskconnect.connector=warn" msk.cluster 'no MSK cluster .* in eu-west-1' plain
    try no-zookeeper 'tell "cluster?zookeeper="' "msk.zookeeper=not-needed" msk.zookeeper 'has no ZooKeeper' 'tell "cluster?zookeeper=z-1:2181"'
}

# ---- the brokers
try_kafka() {
    iam="-X security.protocol=SASL_SSL -X sasl.mechanism=AWS_MSK_IAM"
    kafka_gone="kafka.connect=fail kafka.topics=unknown kafka.acl=unknown"
    try brokers-of-another-ca "option '-X ssl.ca.location=$LAB_OTHER_CA'" "$kafka_gone" kafka.connect 'certificate' plain
    try brokers-refuse "option '-X bootstrap.servers=127.0.0.1:1 $iam'" "$kafka_gone" kafka.connect 'refused' plain
    try broker-has-no-name "option '-X bootstrap.servers=b-1.nowhere.invalid:9098 $iam'" "msk.bootstrap=warn $kafka_gone" kafka.connect 'cannot be resolved' plain
    try certificate-expired "option '-X bootstrap.servers=$LAB_TLS_EXPIRED $iam'" "$kafka_gone" kafka.connect 'expired' plain
    try certificate-of-another-host "option '-X bootstrap.servers=$LAB_TLS_WRONG_NAME $iam'" "$kafka_gone" kafka.connect 'name|issued for' plain
    try topic-missing 'run topics delete "$user.setup-pin" --yes' "kafka.topics=fail kafka.acl=unknown" kafka.topics "$user.setup-pin does not exist" 'advised kafka.topics'
    try topic-that-takes-no-write 'run topics delete "$user.setup-pin" --yes; run topics create "$user.setup-pin" --config min.insync.replicas=2' "kafka.topics=fail" \
        kafka.topics 'no write can succeed.*create the topic again' 'run topics delete "$user.setup-pin" --yes; by_pintop kafka.topics'
    try no-right-to-create "option '-X pintop.topics.prefix=other.'" "kafka.acl=fail" kafka.acl 'other.pintop-check' plain
}

# ---- the bucket and the plugin's zip
try_store() {
    zip=kafka-connect-s3/plugin.zip
    try bucket-missing "option '-X pintop.bucket=$user-new'" "s3.bucket=fail s3.plugin=unknown mskconnect.plugin=warn mskconnect.connector=fail" s3.bucket 'does not exist' 'advised s3.bucket; look ""; advised s3.bucket; plain'
    try bucket-in-another-region "account break/bucket-far; option '-X pintop.bucket=$user-far'" "s3.bucket=fail s3.plugin=unknown mskconnect.plugin=warn mskconnect.connector=fail" \
        s3.bucket 'but in eu-west-1' 'plain; account repair/bucket-far'
    try bucket-of-another-account 'aws_control owner=999999999999' "s3.bucket=fail s3.plugin=unknown mskconnect.plugin=warn mskconnect.connector=warn" s3.bucket 'belongs to another account' 'aws_control owner=123456789012'
    try bucket-public 'account break/bucket-public' "s3.bucket=warn" s3.bucket 'only in part' 'advised s3.bucket'
    try no-way-to-the-bucket 'account break/endpoint-gone' "s3.bucket=fail s3.plugin=unknown mskconnect.plugin=warn" s3.bucket 'S3 cannot be reached' 'advised s3.bucket'
    try zip-missing 'account "delete?key=$zip"' "s3.plugin=fail mskconnect.plugin=warn" s3.plugin 'the plugin.s zip is missing' 'advised s3.plugin'
    try zip-is-none 'account "put?key=$zip&file=$tmp/no.zip"' "s3.plugin=fail mskconnect.plugin=warn" s3.plugin 'is not the sink.s plugin' 'by_pintop s3.plugin'
    try zip-lacks-the-class 'account "put?key=$zip&file=$tmp/other.zip"' "s3.plugin=fail mskconnect.plugin=warn" s3.plugin 'is not the sink.s plugin' 'by_pintop s3.plugin'
    try zip-is-cut 'account "put?key=$zip&file=$tmp/cut.zip"' "s3.plugin=fail mskconnect.plugin=warn" s3.plugin 'is not the sink.s plugin' 'by_pintop s3.plugin'
}

# ---- MSK Connect
sink_is() { # QUERY
    tell "connect?name=$user-connector&$1"
}
settings_are() { # JSON
    curl -s -G --data-urlencode "name=$user-connector" --data-urlencode "settings=$1" "$aws_url/connect" >/dev/null
}
try_connect() {
    try plugin-failed 'tell "connect?plugin=CREATE_FAILED"' "mskconnect.plugin=fail mskconnect.connector=warn" mskconnect.plugin 'CREATE_FAILED: x: the object is no ZIP' 'tell "connect?plugin=ACTIVE"'
    try plugin-of-another-name "option '-X pintop.plugin.name=$user-second'" "mskconnect.plugin=fail mskconnect.connector=warn" mskconnect.plugin 'there is no custom plugin' 'advised mskconnect.plugin; plain'
    try plugin-of-another-zip "cp $tmp/plugin.zip $tmp/newer.zip; account 'put?key=kafka-connect-s3/newer.zip&file=$tmp/plugin.zip'; option '-X pintop.plugin.zip=$tmp/newer.zip'" \
        "mskconnect.plugin=warn" mskconnect.plugin 'but not of s3://' 'account "delete?key=kafka-connect-s3/newer.zip"; plain'
    try connector-failed 'sink_is "state=FAILED&code=X&message=no"' "mskconnect.connector=fail" mskconnect.connector 'is FAILED: ' 'sink_is "state=RUNNING&code=&message="'
    try connector-paused 'sink_is state=PAUSED' "mskconnect.connector=warn" mskconnect.connector 'PAUSED.*To continue' 'advised mskconnect.connector && wait_for runs_again'
    try connector-of-another-bucket 'settings_are "{\"s3.bucket.name\":\"other\"}"' "mskconnect.connector=fail" mskconnect.connector 'writes to the bucket other' 'advised mskconnect.connector && wait_for runs_again'
    try connector-reads-other-topics 'settings_are "{\"topics.regex\":\"x.*\"}"' "mskconnect.connector=fail" mskconnect.connector 'does not read' 'advised mskconnect.connector && wait_for runs_again'
    try connector-in-another-region 'settings_are "{\"s3.region\":\"eu-west-1\"}"' "mskconnect.connector=fail" mskconnect.connector 'eu-west-1' 'advised mskconnect.connector && wait_for runs_again'
    try connector-of-another-role 'sink_is role=arn:aws:iam::123456789012:role/other' "mskconnect.connector=warn" mskconnect.connector 'its role is ' \
        "sink_is role=arn:aws:iam::123456789012:role/$user-ec2-access-role"
    try connector-gone 'tell "connect?gone=$user-connector"' "mskconnect.connector=fail" mskconnect.connector 'there is no connector' 'advised mskconnect.connector'
}
runs_again() {
    run doctor --json --only mskconnect.connector
    row mskconnect.connector | grep -q 'is RUNNING'
}

# ---- what AWS does not tell
try_silence() {
    denied="keypair.parameter=GetParameter ec2.instance=DescribeInstances iam.role=GetRole msk.cluster=/api/v2/clusters
        s3.plugin=kafka-connect-s3 mskconnect.plugin=custom-plugins mskconnect.connector=/v1/connectors"
    for pair in $denied; do
        aws_control "mode=deny&op=${pair#*=}"
        run doctor --json --only "${pair%%=*}"
        jq -e --arg id "${pair%%=*}" '.checks[] | select(.id == $id) | .state == "unknown" and .denied and (.evidence | test("^needs [a-z0-9-]+:[A-Z]")) and (.fix | test("AWS console"))' \
            "$tmp/out" >/dev/null && ok "denied-${pair%%=*}" || not_ok "denied-${pair%%=*}" "$(row "${pair%%=*}")"
    done
    aws_control 'mode=hang&op=DescribeInstances'
    run doctor --json --only ec2.instance
    jq -e '.checks[] | select(.id == "ec2.instance") | .state == "unknown" and .took_ms < 6500' "$tmp/out" >/dev/null &&
        ok silence-is-unknown || not_ok silence-is-unknown "$(row ec2.instance)"
    aws_control 'mode=ok'
}

try_faults() {
    with_well=$with n_faults=0
    try_self
    try_key
    try_host
    try_role
    try_cluster
    try_kafka
    try_store
    try_connect
    [ -n "${only:-}" ] || try_silence
    echo "$n_faults faults were seen in their own row, and its advice made it well"
}
