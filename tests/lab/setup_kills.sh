# kill -9 in the middle of each fix, for test_setup: nothing is half written, nothing is there twice, and the next run
# completes it. Sourced after setup_faults.sh; $tmp/dies.so is dies.c, $all the fixes.
#
#   killed_at_each_change NAME ID PATH BREAK WHOLE    it dies at its first change of a file with PATH in its path, then at
#                                                     its second one …; WHOLE holds after each death
#   killed_while_asked NAME ID QUERY BREAK WHOLE       it dies while AWS does (hold) or ignores (hang) what QUERY names

completes() { # NAME ID
    run doctor --fix "$2" --yes --only "$2" --json
    jq -e --arg id "$2" '.checks[] | select(.id == $id) | .state == "ok"' "$tmp/out" >/dev/null && ok "$1" ||
        not_ok "$1" "$(row "$2") $(cat "$tmp/err")"
}
killed_at_each_change() { # NAME ID PATH BREAK WHOLE
    eval "$4"
    n=0 rc=137
    while [ $rc -eq 137 ] && [ $n -lt 20 ]; do
        n=$((n + 1))
        # shellcheck disable=SC2086
        DIES_AT=$n DIES_PATH=$3 LD_PRELOAD=$tmp/dies.so "$pintop" $with doctor --fix "$2" --yes --only "$2" \
            </dev/null >"$tmp/out" 2>"$tmp/err"
        rc=$?
        eval "$5" || { not_ok "$1" "half written after death $n: $5" "$(ls -la "$tmp/work")"; return; }
    done
    [ $n -gt 1 ] || { not_ok "$1" "it never died" "$(said)"; return; }
    completes "$1-$((n - 1))-times" "$2"
}
killed_while_asked() { # NAME ID QUERY BREAK WHOLE
    eval "$4"
    held=$(grep -c ': held$' "$aws_log")
    aws_control "$3&n=1"
    # shellcheck disable=SC2086
    "$pintop" $with doctor --fix "$2" --yes --only "$2" </dev/null >"$tmp/killed" 2>&1 &
    killed=$!
    is_held() { [ "$(grep -c ': held$' "$aws_log")" -gt "$held" ]; }
    wait_for is_held || not_ok "$1" "AWS was not asked: $(cat "$tmp/killed")"
    kill -9 $killed
    wait $killed 2>/dev/null
    aws_control mode=ok
    n=$(writes)
    eval "$5" || { not_ok "$1" "half done: $5"; return; }
    completes "$1" "$2"
}
wrote() { # PATTERN: how often something like it was written to AWS
    ask writes | jq -r '.[]' | grep -cE "$1"
}

try_kills() {
    key_whole='[ ! -e "$key" ] || cmp -s "$key" "$tmp/good.pem"'
    cp "$key" "$tmp/good.pem"
    killed_at_each_change killed-while-the-key-is-written keypair.file "$tmp/work" 'rm -f "$key"' "$key_whole"
    killed_while_asked killed-while-the-key-is-asked-for keypair.file 'mode=hang&op=GetParameter&skip=1' 'rm -f "$key"' '[ ! -e "$key" ]'
    cp .gitignore "$tmp/gitignore"
    killed_at_each_change killed-while-gitignore-is-written keypair.gitignore .gitignore 'echo "*.o" >.gitignore; printf "*.o\n*.pem\n" >"$tmp/both"' \
        'grep -qx "\*.o" .gitignore && { [ "$(wc -l <.gitignore)" = 1 ] || cmp -s .gitignore "$tmp/both"; }'
    cp "$tmp/gitignore" .gitignore
    killed_at_each_change killed-while-the-java-file-is-written client.properties client.properties \
        'cp client.properties "$tmp/whole"; sed -i "s/$user-ec2-access-role/other-role/" client.properties; cp client.properties "$tmp/broken"' \
        'cmp -s client.properties "$tmp/broken" || cmp -s client.properties "$tmp/whole"'
    killed_at_each_change killed-between-two-topics kafka.topics topic \
        delete_topics :
    killed_at_each_change killed-while-the-old-trust-is-kept iam.trust trust- 'account break/trust-lost' :
    n_before=$(wrote UpdateAssumeRolePolicy)
    killed_while_asked killed-before-the-trust-is-written iam.trust 'mode=hang&op=UpdateAssumeRolePolicy' 'account break/trust-lost' \
        '[ "$(wrote UpdateAssumeRolePolicy)" = "$n_before" ]'
    killed_while_asked killed-after-the-trust-is-written iam.trust 'mode=hold&op=UpdateAssumeRolePolicy' 'account break/trust-lost' \
        '[ "$(wrote UpdateAssumeRolePolicy)" = "$((n_before + 2))" ]'
    [ "$(wrote UpdateAssumeRolePolicy)" = "$((n_before + 2))" ] && ok trust-is-not-written-twice || not_ok trust-is-not-written-twice "$(ask writes)"

    with_small=$with
    with="$with -X pintop.plugin.zip=$tmp/large.zip"
    parts_before=$(wrote 's3 PUT .*large.zip')
    killed_while_asked killed-between-two-parts s3.plugin 'mode=hold&op=partNumber=2' 'account "delete?key=$zip"' '[ "$(account "look?what=uploads")" = 1 ]'
    [ "$(account "look?what=uploads")" = 0 ] && [ "$(($(wrote 's3 PUT .*large.zip') - parts_before))" -le 4 ] && ok upload-goes-on ||
        not_ok upload-goes-on "$(account "look?what=uploads") uploads are left; $(ask writes | jq -r '.[]' | grep large)"
    killed_while_asked killed-while-the-parts-are-joined s3.plugin 'mode=hold&op=POST%20/'"$user-bucket/kafka-connect-s3/large.zip?uploadId" \
        'account "delete?key=kafka-connect-s3/large.zip"' :
    [ "$(account "look?what=uploads")" = 0 ] && ok no-parts-are-left || not_ok no-parts-are-left "$(account "look?what=uploads")"
    account 'delete?key=kafka-connect-s3/large.zip'
    with=$with_small
    by_pintop s3.plugin

    with="$with_small -X pintop.plugin.name=$user-third"
    killed_while_asked killed-after-the-plugin-is-asked-for mskconnect.plugin 'mode=hold&op=POST%20/v1/custom-plugins' 'n_plugins=$(wrote "POST /v1/custom-plugins")' :
    [ "$(wrote "POST /v1/custom-plugins")" = $((n_plugins + 1)) ] && ok plugin-is-made-once || not_ok plugin-is-made-once "$(ask writes)"
    with=$with_small
    for mode in hang hold; do
        killed_while_asked "killed-while-the-connector-is-asked-for-$mode" mskconnect.connector "mode=$mode&op=POST%20/v1/connectors" \
            'tell "connect?gone=$user-connector"; n_connectors=$(wrote "POST /v1/connectors")' :
        [ "$(wrote "POST /v1/connectors")" = $((n_connectors + 1)) ] && ok "connector-is-made-once-$mode" || not_ok "connector-is-made-once-$mode" "$(ask writes)"
    done
    killed_while_asked killed-while-the-connector-is-waited-for mskconnect.connector "mode=hang&op=GET%20/v1/connectors/&skip=1" \
        'tell "connect?gone=$user-connector"; n_connectors=$(wrote "POST /v1/connectors")' :
    [ "$(wrote "POST /v1/connectors")" = $((n_connectors + 1)) ] && ok connector-is-made-once || not_ok connector-is-made-once "$(ask writes)"
}

# ---- the same, seen otherwise

# The rows of page 5 and of `doctor --json`; the terminal's own row differs, since only the page has one.
the_dashboard_says_the_same() {
    run doctor --json
    jq -r '.checks[] | select(.id != "terminal") | "\(.id) \(.state)"' "$tmp/out" >"$tmp/rows"
    mux() { tmux -u -S "$tmp/tmux" -f /dev/null "$@"; }
    # shellcheck disable=SC2086
    mux new-session -d -x 200 -y 60 "LC_ALL=C.UTF-8 exec $pintop $(echo $with)"
    page() { mux capture-pane -p >"$tmp/screen"; }
    shows() { page && grep -q "$1" "$tmp/screen"; }
    wait_for shows 'q quit' && mux send-keys 5 && wait_for shows '  checked '
    different=$(while read -r id state; do
        evidence=$(jq -r --arg id "$id" '.checks[] | select(.id == $id) | .evidence' "$tmp/out" | cut -c 1-60 | sed -e 's/[0-9][0-9]* ms.*//' -e 's/[0-9][0-9]* s of.*//')
        grep -F " $id " "$tmp/screen" | grep -F " $state " | grep -qF -- "$evidence" || echo "$id $state $evidence"
    done <"$tmp/rows")
    [ -z "$different" ] && ok the-dashboard-says-the-same || not_ok the-dashboard-says-the-same "$different" "$(cat "$tmp/screen")"
    mux send-keys q
    wait_for dashboard_is_gone || mux kill-server
}
dashboard_is_gone() {
    ! mux has-session 2>/dev/null
}

# EC2, IAM, SSM and S3 without the server between: the rows that need no MSK say the same.
moto_alone_says_the_same() {
    rows=keypair.parameter,keypair.file,ec2.keypair,ec2.instance,ec2.ssh,iam.trust,s3.plugin
    run doctor --json --only $rows
    jq -S '[.checks[] | {id, state, evidence}]' "$tmp/out" >"$tmp/ours"
    AWS_ENDPOINT_URL=$MOTO
    run doctor --json --only $rows
    AWS_ENDPOINT_URL=$aws_url
    jq -S '[.checks[] | {id, state, evidence}]' "$tmp/out" >"$tmp/motos"
    cmp -s "$tmp/ours" "$tmp/motos" && [ "$(jq length "$tmp/ours")" = 7 ] && ok moto-alone-says-the-same ||
        not_ok moto-alone-says-the-same "$(diff "$tmp/ours" "$tmp/motos")"
}
