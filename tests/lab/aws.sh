# The AWS server of aws_server.py, for a test that has sourced check.sh or the terminal's lib.sh.
#
#   start_aws [PEM]     starts it, with TLS where there is a certificate; $aws_url, its calls in $aws_log; AWS_ENDPOINT_URL and the lab's keys are
#                       in the environment; $key_id, $secret of the first key
#   aws_control QUERY   what it does from now on (aws_server.py says)
aws_work=${tmp:-$dir}
start_aws() {
    aws_log=$aws_work/aws.log
    # What an earlier one wrote is gone before this one is waited for: the shell in the background
    # empties the file only when it comes to it.
    rm -f "$aws_log"
    "$LAB_PYTHON" tests/lab/aws_server.py "$LAB_IAM_KEYS" "$LAB_IAM" "$@" >"$aws_log" 2>"$aws_work/aws.err" &
    children="${children:-} $!"
    aws_pid=$!
    n=0
    while ! grep -qs '^http' "$aws_log"; do
        n=$((n + 1))
        [ $n -lt 600 ] && kill -0 $aws_pid 2>/dev/null || {
            cat "$aws_work/aws.err" >&2
            return 1
        }
        sleep 0.05
    done
    aws_url=$(head -n 1 "$aws_log")
    key_id=$(sed -n '1s/=.*//p' "$LAB_IAM_KEYS")
    secret=$(sed -n '1s/^[^=]*=//p' "$LAB_IAM_KEYS" | cut -d , -f 1)
    unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN AWS_PROFILE
    export AWS_ENDPOINT_URL="$aws_url" AWS_SHARED_CREDENTIALS_FILE="$LAB_DIR/aws-credentials" \
        AWS_CONFIG_FILE=/dev/null AWS_EC2_METADATA_DISABLED=true
}
aws_control() { # QUERY
    curl -s "$aws_url/control?$1" >/dev/null
}
