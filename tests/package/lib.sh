# For tests of what others install. Sourced by tests/package/test_*; the working directory is the
# project's. `make test-package` builds the packages first.
set -u
dir=$(mktemp -d) || exit 2
# A root in it may still have something mounted, below which nothing may be deleted.
trap 'umount "$dir"/*/proc "$dir"/*/dev 2>/dev/null; rm -rf --one-file-system "$dir"' EXIT
trap 'exit 1' INT TERM HUP
failed=0
me=$(basename "$0")
log=$dir/log

check() { # NAME COMMAND…: ok when it succeeds; else what it printed
    name=$1
    shift
    if "$@" >"$log" 2>&1; then
        echo "ok $name"
        return
    fi
    failed=1
    echo "not ok $name"
    tail -n 40 "$log" | sed 's/^/    /'
}
have() { # NAME-OF-THE-TEST TOOL…: false, and says so, where one of them is not installed
    name=$1
    shift
    for tool in "$@"; do
        command -v "$tool" >/dev/null 2>&1 && continue
        echo "skipped $name: $tool is not installed, which \`tests/deps package\` does"
        return 1
    done
}
# All of these lines, as basic regular expressions, are in the file.
says() { # FILE LINE…
    file=$1
    shift
    for line in "$@"; do
        grep -q -e "$line" "$file" || {
            echo "not there: $line"
            head -n 40 "$file"
            return 1
        }
    done
}

# ---- the tarball, unpacked in a root that holds nothing else

# Sets $root, $top (its folder there) and $enter, with which a program inside is started.
unpack_in_empty_root() {
    tarball=$(ls build/pintop-*-linux-"$(uname -m)".tar.gz 2>/dev/null) || tarball=
    [ -f "$tarball" ] || {
        echo "not ok $me: there is no tarball in build; run \`make dist\`"
        exit 1
    }
    root=$dir/root
    mkdir -p "$root/opt" "$root/etc" "$root/tmp" "$root/root"
    tar -C "$root/opt" -xzf "$tarball" || exit 1
    top=/opt/$(ls "$root/opt")
    enter="$(command -v chroot) $root"
    [ "$(id -u)" = 0 ] || enter="$(command -v unshare) -r $enter"
    $enter "$top/bin/pintop" --version >/dev/null 2>"$dir/log" || {
        case $(cat "$dir/log") in
        unshare:*)
            echo "skipped $me: this user may not make a root of its own: $(cat "$dir/log")"
            exit 0
            ;;
        esac
    }
    # As Amazon Linux has them.
    printf 'root:x:0:0:root:/root:/bin/sh\n' >"$root/etc/passwd"
    printf 'passwd: files sss\nhosts: files dns myhostname\n' >"$root/etc/nsswitch.conf"
}
# Another C library, and what belongs to it, at every place where a loader looks: nothing of it may be used.
fill_with_foreign_libraries() {
    for place in lib lib64 usr/lib usr/lib64 "lib/$(uname -m)-linux-gnu" "usr/lib/$(uname -m)-linux-gnu"; do
        mkdir -p "$root/$place"
        for file in "$root$top"/lib/pintop/*.so* ld-linux-x86-64.so.2 libnss_sss.so.2 libnss_myhostname.so.2; do
            echo 'no library of this pintop' >"$root/$place/${file##*/}"
        done
    done
    echo 'no cache of this loader' >"$root/etc/ld.so.cache"
}
