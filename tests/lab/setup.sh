# The account, the host and the repository of a new operator, for test_setup: `pintop doctor` on real Kafka with IAM, a
# real sshd and git, and an AWS that verifies each signature and has EC2, IAM, SSM and S3 of moto. Sourced after
# check.sh and aws.sh.
#
#   start_world            all of it: $user, $key (the private key's file), $topics, $with (the operator's options)
#   account WORDS          break/NAME, repair/NAME, put?…: what setup_account.py does
#   ask PATH, tell PATH    what the AWS server says of itself; what it is to be
#   states                 the rows of the last `doctor --json`, one "id=state" a line
#   row ID                 one of them in words
#   set_well               the rows as they are now are those of a setup that is well
#   changed                the rows that differ from these, as "id=state", sorted
#   writes                 how many calls to AWS have changed something
#   calls FIRST            all of them from this line of its log on, by service
#   advised ID             do what the row's next step says, literally: a command of a shell, of pintop or of AWS's own
#   by_pintop ID           have pintop do it
#   pintop_in_tty ARGUMENTS…   like run, with a terminal

free_port() {
    "$LAB_PYTHON" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}
ask() {
    curl -s "$aws_url/$1"
}
tell() { # the same, when nothing is to be known
    ask "$1" >/dev/null
}
account() {
    curl -s --fail-with-body "$desk/$1" >"$tmp/desk.out" || not_ok account "$1: $(cat "$tmp/desk.out")"
    [ "$(cat "$tmp/desk.out")" = "done" ] || cat "$tmp/desk.out"
}

moto_answers() {
    curl -s -o /dev/null "$MOTO/moto-api/"
}
start_account() {
    moto_port=$(free_port)
    MOTO=http://127.0.0.1:$moto_port
    export MOTO CLUSTERS=lab
    "$(dirname "$LAB_PYTHON")/moto_server" -H 127.0.0.1 -p "$moto_port" >"$tmp/moto.log" 2>&1 &
    children="$children $!"
    wait_for moto_answers || { not_ok account "moto does not start: $(cat "$tmp/moto.log")"; exit 1; }
    "$LAB_PYTHON" tests/lab/setup_account.py "$MOTO" "$user" >"$tmp/desk" 2>&1 &
    children="$children $!"
    wait_for grep -q ^http "$tmp/desk" || { not_ok account "$(cat "$tmp/desk")"; exit 1; }
    read -r desk subnet group <"$tmp/desk"
    start_aws || exit 1
    export AWS_CONFIG_FILE=/dev/null
    tell "network?subnets=$subnet&groups=$group"
}
start_sshd() { # it lets in whoever has a key in $tmp/authorized
    cat >"$tmp/sshd_config" <<TXT
Port $sshd_port
ListenAddress 127.0.0.1
HostKey $tmp/host
AuthorizedKeysFile $tmp/authorized
StrictModes no
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin yes
PidFile none
$1
TXT
    [ "$(id -u)" -ne 0 ] || mkdir -p /run/sshd
    : >"$tmp/sshd.log"
    "$(PATH=$PATH:/usr/sbin command -v sshd)" -D -f "$tmp/sshd_config" -E "$tmp/sshd.log" &
    sshd_pid=$!
    children="$children $sshd_pid"
    wait_for grep -q 'Server listening' "$tmp/sshd.log" || not_ok sshd "$(cat "$tmp/sshd.log")"
}
stop_sshd() {
    kill "$sshd_pid" && wait "$sshd_pid" 2>/dev/null
}
make_zips() {
    "$LAB_PYTHON" - "$tmp" <<'PY'
import os
import sys
import zipfile
where = sys.argv[1]
jar = "confluentinc-kafka-connect-s3-10.0.3/lib/kafka-connect-s3-10.0.3.jar"
for name, entry, size in (("plugin", jar, 5000), ("large", jar, 20 << 20), ("other", "x/lib/other-1.0.jar", 5000)):
    with zipfile.ZipFile(f"{where}/{name}.zip", "w") as file:
        file.writestr(entry, b"PK" + os.urandom(size))
with open(f"{where}/plugin.zip", "rb") as whole, open(f"{where}/cut.zip", "wb") as file:
    file.write(whole.read()[:3000])
PY
    echo 'this is no zip' >"$tmp/no.zip"
}
start_world() {
    user=$LAB_USER_ID
    unset AWS_REGION
    export HOME="$tmp/home" AWS_REGION=us-east-1 LC_ALL=C.UTF-8
    mkdir -p "$HOME" "$tmp/work" "$tmp/bin"
    start_account
    ssh-keygen -q -t ed25519 -N '' -f "$tmp/host"
    : >"$tmp/authorized"
    sshd_port=$(free_port)
    start_sshd ''
    make_zips
    key=$tmp/work/key.pem
    topics="-X pintop.stream.pin.topic=$user.setup-pin -X pintop.stream.geo.topic=$user.setup-geo -X pintop.stream.user.topic=$user.setup-user"
    with="-X ssl.ca.location=$LAB_CA -X pintop.user.id=$user -X pintop.msk.cluster=auto -X pintop.plugin.zip=$tmp/plugin.zip
    -X pintop.keypair.file=$key -X pintop.ssh.host=127.0.0.1:$sshd_port -X pintop.ssh.user=$(id -un) $topics"
    # What is typed after an advice has the operator's options, and the answer to its question, with it.
    cat >"$tmp/bin/pintop" <<TXT
#!/bin/sh
case " \$* " in *" doctor "*) yes=--yes ;; esac
exec "$pintop" \$SETUP_WITH "\$@" \${yes:-}
TXT
    chmod +x "$tmp/bin/pintop"
    ln -s "$(dirname "$LAB_PYTHON")/aws" "$tmp/bin/aws"
    cd "$tmp/work" && git init -q .
}

# ---- what the doctor says

states() {
    jq -r '.checks[] | "\(.id)=\(.state)"' "$tmp/out" 2>/dev/null | sed 's/not needed/not-needed/' | sort
}
row() { # ID
    jq -r --arg id "$1" '.checks[] | select(.id == $id) | "\(.id) is \(.state): \(.evidence). Next: \(.fix)"' "$tmp/out"
}
set_well() {
    states >"$tmp/well"
}
changed() {
    states | comm -13 "$tmp/well" - | tr '\n' ' ' | sed 's/ $//'
}
sorted() { # "WORD …"
    printf '%s\n' $1 | sort | tr '\n' ' ' | sed 's/ $//'
}
writes() {
    ask writes | jq length
}
calls() { # FIRST line of the server's log
    tail -n "+$1" "$aws_log" | grep ' by ' | cut -d ' ' -f 1 | sort | uniq -c |
        awk '{ all += $1; of = of (NR > 1 ? ", " : "") $2 " " $1 } END { print all " calls: " of }'
}

# ---- doing what it advises

# What is offered for copying where that is a command; else the command in the words of the next step.
command_of() { # ID
    jq -r --arg id "$1" '.checks[] | select(.id == $id) | .copy' "$tmp/out" | grep -E '^(aws|pintop|chmod|git|ssh) ' ||
        jq -r --arg id "$1" '.checks[] | select(.id == $id) | .fix' "$tmp/out" |
        grep -oE '(aws (s3|s3api|ec2|iam|ssm)|pintop (doctor|topics|connector)|chmod|git -C) .*' |
            sed -E 's/(, (or|then|which) |, and |; |\. [A-Z]| (writes|adds|creates|ignores|waits|shows) ).*//; s/\.$//'
}
advised() { # ID
    advice=$(command_of "$1")
    [ -n "$advice" ] || { echo "no command in: $(row "$1")" >"$tmp/err"; return 1; }
    PATH=$tmp/bin:$PATH SETUP_WITH=$with AWS_DEFAULT_REGION=$AWS_REGION timeout 120 sh -c "$advice" >"$tmp/advised" 2>"$tmp/err" </dev/null
    rc=$?
    # doctor's own exit status is that of all rows
    case $advice in *doctor*) [ $rc -eq 0 ] || [ $rc -eq 3 ] ;; *) [ $rc -eq 0 ] ;; esac
}
by_pintop() { # ID
    run doctor --fix "$1" --yes --only "$1"
    [ $rc -eq 0 ] || [ $rc -eq 3 ]
}
pintop_in_tty() { # ARGUMENTS…
    # shellcheck disable=SC2086
    "$LAB_PYTHON" -c 'import pty, sys; sys.exit(pty.spawn(sys.argv[1:]) >> 8)' "$pintop" $with "$@" </dev/null 2>"$tmp/err" |
        tr -d '\r' | sed 's/^[^{]*//' >"$tmp/out"
}
