# Servers on loopback, started and stopped by pid files of their own. Sourced by tests/lab/lab and
# tests/lab/kafka/kafka; the caller sets `me` (for messages) and `dir` (of the servers).
#
#   die STATUS WORDS        one line on stderr, exit
#   free_ports N            the first of N consecutive ports nobody listens on
#   server NAME COMMAND…    start it: $dir/NAME.pid, $dir/NAME.log
#   server_pid NAME         its pid while it is that process; fails when it isn't
#   server_stop NAME [S]    TERM, and KILL after S seconds (15)
#   until_s S COMMAND…      until the command succeeds, at most S seconds
#   fetch_jars POM NAME     the jars of a pom.xml into the cache; sets $jars
cache=${XDG_CACHE_HOME:-$HOME/.cache}/pintop/lab

die() { # STATUS WORDS
    echo "$me: $2" >&2
    exit "$1"
}

# (Three bytes of seed: mawk takes all above 2^31 for the same.) Below the ephemeral range, so that no connection of somebody else takes one meanwhile.
free_ports() { # N
    awk -v seed="$(od -An -N3 -tu4 /dev/urandom)" -v n="$1" '
        FNR > 1 { split($2, a, ":"); used[a[2]] = 1 }
        END {
            srand(seed)
            do {
                p = 20000 + int(rand() * 12000)
                for (i = 0; i < n && !(sprintf("%04X", p + i) in used); i++);
            } while (i < n)
            print p
        }' /proc/net/tcp /proc/net/tcp6 2>/dev/null
}

until_s() { # SECONDS COMMAND…
    until_end=$(($(date +%s) + $1 + 1))
    shift
    until "$@"; do
        [ "$(date +%s)" -lt "$until_end" ] || return 1
        sleep 0.2
    done
}

# When a process began, in clock ticks since boot: with the pid it names one process for good. Nothing
# for one that has ended.
began() { # PID
    sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | awk '$1 != "Z" { print $20 }'
}
# setsid: Ctrl-C of whoever started us is not for the server.
server() { # NAME COMMAND…
    server_name=$1
    shift
    setsid "$@" </dev/null >>"$dir/$server_name.log" 2>&1 8>&- 9>&- &
    echo "$! $(began $!)" >"$dir/$server_name.pid"
}
server_pid() { # NAME
    read -r its_pid its_began 2>/dev/null <"$dir/$1.pid" || return 1
    [ -n "$its_began" ] && [ "$(began "$its_pid")" = "$its_began" ] || return 1
    echo "$its_pid"
}
is_gone() { # NAME
    ! server_pid "$1" >/dev/null
}
server_stop() { # NAME [SECONDS]
    if stop_pid=$(server_pid "$1"); then
        # One that was stopped by SIGSTOP would not hear of it.
        kill "$stop_pid" 2>/dev/null && kill -CONT "$stop_pid" 2>/dev/null
        if ! until_s "${2:-15}" is_gone "$1"; then
            kill -9 "$stop_pid" 2>/dev/null
            until_s 5 is_gone "$1"
        fi
    fi
    rm -f "$dir/$1.pid"
}

# Two may fetch at once: the first rename wins, the other's copy goes.
install_folder() { # NEW FINAL
    : >"$1/.complete"
    [ -e "$2/.complete" ] || mv -T "$1" "$2" 2>/dev/null
    rm -rf "$1"
    [ -e "$2/.complete" ] || die 1 "cannot write $2"
}
fetch_jars() { # POM NAME
    command -v java >/dev/null 2>&1 || die 77 "no java here. Install a Java 17 JDK"
    jars=$cache/$2
    [ -e "$jars/.complete" ] && return
    command -v mvn >/dev/null 2>&1 || die 77 "no mvn here. Install Maven, it fetches the jars"
    mkdir -p "$cache" || die 1 "cannot write $cache"
    new=$(mktemp -d "$cache/fetch.XXXXXX") || die 1 "cannot write $cache"
    # -C: a jar whose checksum differs is refused.
    if ! mvn -B -q -C -f "$1" dependency:copy-dependencies -DoutputDirectory="$new" \
        -DincludeScope=runtime </dev/null >"$new.log" 2>&1; then
        tail -n 5 "$new.log" >&2
        rm -rf "$new" "$new.log"
        die 77 "Maven could not fetch $2 (is a registry reachable?)"
    fi
    rm -f "$new.log"
    install_folder "$new" "$jars"
}
