/* Whether git keeps the private key out: real repositories, asked by the real git. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "keypair_room.h"

#define PLAIN AWS_ROOM_SET(NULL)

static void is_same_file(const char *below, const char *text)
{
    char *own = scratch_get(below);
    assert_non_null(own);
    assert_string_equal(own, text);
    free(own);
}

#define GIT "git -C repo -c user.name=n -c user.email=e "
static const char *const in_repo[] = {"pintop.keypair.file=~/repo/sub/k.pem", NULL};

static void begin_repo(void)
{
    keypair_room_well();
    shell("git init -q repo && mkdir -p repo/sub && cp stored repo/sub/k.pem && chmod 600 "
          "repo/sub/k.pem");
}

static void outside_of_git_nothing_is_needed(void **state)
{
    (void)state;
    begin_repo();
    doctor_room_says("keypair.gitignore", PLAIN, PT_CHECK_UNKNOWN, "needs keypair.file", NULL);
    shell("rm -rf repo/.git");
    doctor_room_says("keypair.gitignore", in_repo, PT_CHECK_NOT_NEEDED, "is in no git repository",
                     NULL);
}

static void an_unignored_key_is_mended_once(void **state)
{
    (void)state;
    static const struct {
        const char *before, *after;
    } rows[] = {
        {NULL,                  "*.pem\n"                   },
        {"",                    "*.pem\n"                   },
        {"*.o\n",               "*.o\n*.pem\n"              },
        {"*.o",                 "*.o\n*.pem\n"              },
        {"*.o\r\n",             "*.o\r\n*.pem\n"            },
        {"*.pem\n!sub/k.pem\n", "*.pem\n!sub/k.pem\n*.pem\n"},
    };
    begin_repo();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        unlink(scratch_path("repo/.gitignore"));
        if (rows[i].before != NULL)
            scratch_put("repo/.gitignore", rows[i].before);
        doctor_room_says("keypair.gitignore", in_repo, PT_CHECK_FAIL, "does not ignore it",
                         "--fix keypair.gitignore");
        assert_int_equal(doctor_room_fix("keypair.gitignore", in_repo, "+ *.pem")->state,
                         PT_CHECK_OK);
        is_same_file("repo/.gitignore", rows[i].after);
        assert_int_equal(doctor_room_fix("keypair.gitignore", in_repo, NULL)->state, PT_CHECK_OK);
        is_same_file("repo/.gitignore", rows[i].after);
        shell(GIT "check-ignore -q sub/k.pem && [ -z \"$(" GIT
                  "status --porcelain -uall | grep pem)\" ]");
    }
    assert_string_equal(shell("ls -A repo"), ".git\n.gitignore\nsub");
}

static void unignore(void)
{
    shell("printf '*.o\\n*.a' >repo/.gitignore");
}

static void is_old_or_new(void)
{
    shell("[ \"$(cat repo/.gitignore)\" = \"$(printf '*.o\\n*.a')\" ] || "
          "[ \"$(cat repo/.gitignore)\" = \"$(printf '*.o\\n*.a\\n*.pem')\" ]");
}

static void killed_in_the_middle_it_leaves_the_old_or_the_new(void **state)
{
    (void)state;
    begin_repo();
    keypair_room_kill("keypair.gitignore", in_repo[0], unignore, is_old_or_new);
    assert_string_equal(shell("ls -A repo"), ".git\n.gitignore\nsub");
}

/* Another name gets a line of its own, whatever signs it has. */
static void a_key_of_another_name_is_ignored_by_its_path(void **state)
{
    (void)state;
    const char *const odd[] = {"pintop.keypair.file=~/repo/sub/my key*[1]", NULL};
    begin_repo();
    shell("cp -p repo/sub/k.pem 'repo/sub/my key*[1]' && touch 'repo/sub/my keyx1'");
    doctor_room_fix("keypair.gitignore", odd, "+ /sub/my\\ key\\*\\[1]");
    doctor_room_says("keypair.gitignore", odd, PT_CHECK_OK, "git ignores sub/my key*[1]", NULL);
    shell("! " GIT "check-ignore -q 'sub/my keyx1'");
}

/* Whoever calls pintop from a hook of git has these set. */
static void gits_own_variables_do_not_mislead(void **state)
{
    (void)state;
    begin_repo();
    shell("git init -q other && echo '*.pem' >other/.gitignore");
    setenv("GIT_DIR", scratch_path("other/.git"), 1);
    setenv("GIT_WORK_TREE", scratch_path("other"), 1);
    const struct pt_check *check = doctor_room_check("keypair.gitignore", in_repo);
    bool is_right = check->state == PT_CHECK_FAIL && strstr(check->evidence, "/repo,") != NULL;
    unsetenv("GIT_DIR");
    unsetenv("GIT_WORK_TREE");
    assert_true(is_right);
}

static void a_key_in_git_is_told_and_not_mended(void **state)
{
    (void)state;
    begin_repo();
    shell(GIT "add -f sub/k.pem && echo '*.pem' >repo/.gitignore");
    doctor_room_says("keypair.gitignore", in_repo, PT_CHECK_FAIL, "is added to git", "rm --cached");
    doctor_room_fix("keypair.gitignore", in_repo, NULL);
    shell(GIT "commit -qm key");
    doctor_room_says("keypair.gitignore", in_repo, PT_CHECK_FAIL, "in its history: commit",
                     "make a new pair");
    /* Deleted since, and only on a branch that was merged away. */
    shell(GIT "rm -q --cached sub/k.pem && " GIT "commit -qm gone");
    doctor_room_says("keypair.gitignore", in_repo, PT_CHECK_FAIL, "in its history: commit",
                     "make a new pair");
    doctor_room_fix("keypair.gitignore", in_repo, NULL);
}

static void a_key_that_a_merged_branch_had_is_found(void **state)
{
    (void)state;
    begin_repo();
    shell("echo '*.pem' >repo/.gitignore && " GIT "add .gitignore && " GIT "commit -qm one && " GIT
          "checkout -q -b side && " GIT "add -f sub/k.pem && " GIT "commit -qm two && " GIT
          "rm -q --cached sub/k.pem && " GIT "commit -qm three && " GIT "checkout -q - && " GIT
          "merge -q --no-ff -m four side && " GIT "branch -q -d side");
    doctor_room_says("keypair.gitignore", in_repo, PT_CHECK_FAIL, "in its history: commit",
                     "make a new pair");
}

static void the_same_key_under_another_name_is_found(void **state)
{
    (void)state;
    begin_repo();
    shell("echo '*.pem' >repo/.gitignore && cp repo/sub/k.pem repo/notes.txt && " GIT
          "add notes.txt && " GIT "commit -qm notes");
    doctor_room_says("keypair.gitignore", in_repo, PT_CHECK_FAIL, "in its history: commit",
                     "make a new pair");
}

static void what_git_cannot_tell_is_unknown(void **state)
{
    (void)state;
    begin_repo();
    char *path = strdup(getenv("PATH"));
    setenv("PATH", scratch_dir, 1);
    const struct pt_check *check = doctor_room_check("keypair.gitignore", in_repo);
    bool is_unknown = check->state == PT_CHECK_UNKNOWN && strstr(check->fix, "Install git") != NULL;
    setenv("PATH", path, 1);
    free(path);
    assert_true(is_unknown);
    shell("echo broken >repo/.git/HEAD && echo broken >repo/.git/config");
    doctor_room_says("keypair.gitignore", in_repo, PT_CHECK_UNKNOWN, "git, asked in ", "Ask git");
}

/* A program that stands for git; "GIT" in it is the real one. */
static const struct pt_check *check_with_git(const char *script)
{
    char path[4096];
    shell("mkdir -p bin && printf '#!/bin/sh\\nGIT=%%s\\n%%s\\n' \"$(command -v git)\" '%s' "
          ">bin/git && "
          "chmod +x bin/git",
          script);
    char *old = strdup(getenv("PATH"));
    snprintf(path, sizeof path, "%s:%s", scratch_path("bin"), old);
    setenv("PATH", path, 1);
    const struct pt_check *check = doctor_room_check("keypair.gitignore", in_repo);
    setenv("PATH", old, 1);
    free(old);
    return check;
}

/* git that never answers: its limit ends it. */
static void a_silent_git_is_unknown_in_time(void **state)
{
    (void)state;
    begin_repo();
    const struct pt_check *check = check_with_git("exec sleep 60");
    assert_int_equal(check->state, PT_CHECK_UNKNOWN);
    assert_non_null(strstr(check->evidence, "does not answer in time"));
    assert_true(check->took_ms < 5500);
}

/* Each answer comes in time, and all together do not. */
static void a_slow_git_is_unknown_in_time(void **state)
{
    (void)state;
    begin_repo();
    const struct pt_check *check = check_with_git("sleep 1.2; exec $GIT \"$@\"");
    assert_int_equal(check->state, PT_CHECK_UNKNOWN);
    assert_non_null(strstr(check->evidence, "does not answer in time"));
    assert_true(check->took_ms < 5500);
}

static void a_repository_of_somebody_else_is_named_in_the_command(void **state)
{
    (void)state;
    begin_repo();
    const struct pt_check *check =
        check_with_git("echo \"fatal: detected dubious ownership in repository at "
                       "'\\''/srv/repo'\\''\" >&2; exit 128");
    assert_int_equal(check->state, PT_CHECK_UNKNOWN);
    if (strstr(check->fix, "safe.directory '/srv/repo'") == NULL)
        fail_msg("%s", check->fix);
}

/* Filters and checks of signatures are programs that a repository names. */
static void no_program_of_the_repository_is_run(void **state)
{
    (void)state;
    begin_repo();
    shell("printf '#!/bin/sh\\ntouch %%s/ran\\ncat\\n' \"$PWD\" >filter && "
          "printf '#!/bin/sh\\ntouch %%s/ran\\ncat >/dev/null\\necho \"[GNUPG:] SIG_CREATED D\" "
          ">&2\\n"
          "echo -----BEGIN PGP SIGNATURE-----; echo; echo x; echo -----END PGP SIGNATURE-----\\n' "
          "\"$PWD\" >gpg && chmod +x filter gpg && echo '*.pem' >repo/.gitignore && "
          "cp repo/sub/k.pem repo/notes.txt && " GIT "add . && " GIT
          "-c gpg.program=\"$PWD/gpg\" commit -q -S -m one && [ -e ran ] && rm ran && " GIT
          "config filter.own.clean \"$PWD/filter\" && " GIT
          "config gpg.program \"$PWD/gpg\" && " GIT
          "config log.showSignature true && echo '*.pem filter=own' >repo/.gitattributes");
    doctor_room_says("keypair.gitignore", in_repo, PT_CHECK_FAIL, "in its history: commit",
                     "make a new pair");
    assert_int_not_equal(access(scratch_path("ran"), F_OK), 0);
}

static void a_nested_rule_that_takes_it_back_is_told(void **state)
{
    (void)state;
    begin_repo();
    scratch_put("repo/sub/.gitignore", "!k.pem\n");
    scratch_put("repo/.gitignore", "*.pem\n");
    doctor_room_says("keypair.gitignore", in_repo, PT_CHECK_FAIL, "does not ignore it", "--fix");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, aws_room_open, aws_room_close)

int main(int argc, char **argv)
{
    if (keypair_room_is_killed(argc, argv))
        return 0;
    const struct CMUnitTest tests[] = {
        TEST(outside_of_git_nothing_is_needed),
        TEST(an_unignored_key_is_mended_once),
        TEST(killed_in_the_middle_it_leaves_the_old_or_the_new),
        TEST(a_key_of_another_name_is_ignored_by_its_path),
        TEST(gits_own_variables_do_not_mislead),
        TEST(a_key_in_git_is_told_and_not_mended),
        TEST(a_key_that_a_merged_branch_had_is_found),
        TEST(the_same_key_under_another_name_is_found),
        TEST(what_git_cannot_tell_is_unknown),
        TEST(a_silent_git_is_unknown_in_time),
        TEST(a_slow_git_is_unknown_in_time),
        TEST(a_repository_of_somebody_else_is_named_in_the_command),
        TEST(no_program_of_the_repository_is_run),
        TEST(a_nested_rule_that_takes_it_back_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
