/* The checks of the key pair: keys made by openssl and ssh-keygen, real git repositories, and AWS
 * on loopback. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "keypair_room.h"

#define PLAIN AWS_ROOM_SET(NULL)

static mode_t mode_of(const char *below)
{
    struct stat st;
    assert_int_equal(stat(scratch_path(below), &st), 0);
    return st.st_mode & 07777;
}

static void is_same_file(const char *below, const char *text)
{
    char *own = scratch_get(below);
    assert_non_null(own);
    assert_string_equal(own, text);
    free(own);
}

/* ---- keypair.parameter ---- */

static void the_parameter_is_found_by_the_pair_of_the_user(void **state)
{
    (void)state;
    keypair_room_well();
    doctor_room_says(
        "keypair.parameter", PLAIN, PT_CHECK_OK,
        "/ec2/keypair/key-01 of the key pair 0a1b-key: SecureString, version 1, RSA of "
        "2048 bits",
        NULL);
    assert_string_equal(doctor_room_check("keypair.parameter", PLAIN)->identity, "you");
    assert_int_equal(local_aws_count(&aws_room, "DescribeParameters"), 0);
}

static void the_pair_is_found_by_the_hosts_of_the_user(void **state)
{
    (void)state;
    keypair_room_well();
    keypair_room_pair("team", "key-01", keypair_room_created("stored"));
    local_aws_say(&aws_room, "DescribeInstances", 200,
                  KEYPAIR_HOSTS(KEYPAIR_HOST("i-1", "team") KEYPAIR_HOST("i-2", "team")));
    doctor_room_says("keypair.parameter", PLAIN, PT_CHECK_OK, "of the key pair team", NULL);
    local_aws_say(&aws_room, "DescribeInstances", 200,
                  KEYPAIR_HOSTS(KEYPAIR_HOST("i-1", "team") KEYPAIR_HOST("i-2", "other")));
    doctor_room_says("keypair.parameter", PLAIN, PT_CHECK_FAIL, "no key pair has 0a1b in its name",
                     "pintop.keypair.parameter");
    local_aws_say(&aws_room, "DescribeInstances", 403, KEYPAIR_DENIED_XML("ec2:DescribeInstances"));
    doctor_room_says("keypair.parameter", PLAIN, PT_CHECK_UNKNOWN, "needs ec2:DescribeInstances",
                     "Parameter Store");
}

/* EC2 tells a host that was terminated for an hour. */
static void a_host_that_is_gone_has_no_say_in_the_pair(void **state)
{
    (void)state;
    keypair_room_well();
    keypair_room_pair("team", "key-01", keypair_room_created("stored"));
    local_aws_say(
        &aws_room, "DescribeInstances", 200,
        KEYPAIR_HOSTS(KEYPAIR_HOST(
            "i-1",
            "team") "<item><instancesSet><item><instanceId>i-0</instanceId><instanceState><name>"
                    "terminated</name></instanceState><keyName>old</keyName></item></instancesSet>"
                    "</item>"));
    doctor_room_says("keypair.parameter", PLAIN, PT_CHECK_OK, "of the key pair team", NULL);
}

static void several_pairs_are_named(void **state)
{
    (void)state;
    keypair_room_well();
    local_aws_say(&aws_room, "DescribeKeyPairs", 200,
                  KEYPAIR_PAIRS(KEYPAIR_PAIR("0a1b-a", "key-01", "x") KEYPAIR_PAIR(
                      "0a1b-b", "key-02", "y") KEYPAIR_PAIR("z", "key-03", "z")));
    doctor_room_says("keypair.parameter", PLAIN, PT_CHECK_FAIL,
                     "2 key pairs may be yours: 0a1b-a (key-01), 0a1b-b (key-02)",
                     "/ec2/keypair/ID");
    local_aws_say(&aws_room, "DescribeKeyPairs", 200, KEYPAIR_PAIRS(""));
    doctor_room_says("keypair.parameter", PLAIN, PT_CHECK_FAIL, "no key pair in eu-west-1",
                     "Create key pair");
}

/* There are more of them than there is room for: that is seen. */
static void a_list_of_pairs_that_is_cut_says_so(void **state)
{
    (void)state;
    static char answer[32768];
    struct buf pairs;
    buf_init(&pairs, sizeof answer);
    for (int i = 0; i < 100; i++)
        buf_printf(&pairs, KEYPAIR_PAIR("0a1b-%d", "key-%d", "x"), i, i);
    snprintf(answer, sizeof answer, KEYPAIR_PAIRS("%s"), pairs.data);
    buf_done(&pairs);
    keypair_room_well();
    local_aws_say(&aws_room, "DescribeKeyPairs", 200, answer);
    const struct pt_check *check = doctor_room_check("keypair.parameter", PLAIN);
    if (strstr(check->evidence, "100 key pairs may be yours: 0a1b-0 (key-0), ") == NULL ||
        strcmp(check->evidence + strlen(check->evidence) - 3, "\u2026") != 0)
        fail_msg("%s", check->evidence);
}

static void where_ec2_is_denied_a_single_parameter_is_taken(void **state)
{
    (void)state;
    keypair_room_well();
    local_aws_say(&aws_room, "DescribeKeyPairs", 403, KEYPAIR_DENIED_XML("ec2:DescribeKeyPairs"));
    local_aws_say(&aws_room, "DescribeParameters", 400, KEYPAIR_DENIED("ssm:DescribeParameters"));
    doctor_room_says("keypair.parameter", PLAIN, PT_CHECK_UNKNOWN, "needs ec2:DescribeKeyPairs",
                     "AWS console, Systems Manager > Parameter Store");
    local_aws_say(
        &aws_room, "DescribeParameters", 200,
        "{\"Parameters\":[{\"Name\":\"/ec2/keypair/key-01\",\"Type\":\"SecureString\"}]}");
    doctor_room_says("keypair.parameter", PLAIN, PT_CHECK_OK, "/ec2/keypair/key-01: SecureString",
                     NULL);
    local_aws_say(&aws_room, "DescribeParameters", 200,
                  "{\"Parameters\":[{\"Name\":\"/ec2/keypair/key-01\"},{\"Name\":\"/ec2/keypair/"
                  "key-02\"}]}");
    doctor_room_says("keypair.parameter", PLAIN, PT_CHECK_UNKNOWN, "has 2 keys below /ec2/keypair/",
                     "pintop.keypair.parameter");
}

/* Each as SSM answers it. */
static void what_the_store_says_is_told(void **state)
{
    (void)state;
    static const struct {
        int status;
        const char *answer;
        enum pt_check_state state;
        const char *evidence, *fix;
    } rows[] = {
        {400, "{\"__type\":\"ParameterNotFound\"}",                               PT_CHECK_FAIL,
         "has no /ec2/keypair/key-01: nobody put the private key there",                                                      "pintop.keypair.file"     },
        {400, KEYPAIR_DENIED("ssm:GetParameter"),                                 PT_CHECK_UNKNOWN, "needs ssm:GetParameter",
         "AWS console, Systems Manager"                                                                                                                 },
        {400, KEYPAIR_DENIED("kms:Decrypt"),                                      PT_CHECK_UNKNOWN, "needs kms:Decrypt",
         "AWS console, Systems Manager"                                                                                                                 },
        {503, "{\"message\":\"later\"}",                                          PT_CHECK_UNKNOWN, "",                       ""                        },
        {200, "{\"Parameter\":{\"Type\":\"SecureString\",\"Value\":\"geheim\"}}", PT_CHECK_FAIL,
         "the parameter /ec2/keypair/key-01 is no private key",                                                               "pintop.keypair.parameter"},
        {200, "{\"Parameter\":{\"Type\":\"SecureString\",\"Value\":\"\"}}",       PT_CHECK_FAIL,
         "is empty",                                                                                                          "pintop.keypair.parameter"},
        {200, "{\"Parameter\":{}}",                                               PT_CHECK_FAIL,    "no Value",               "endpoint"                },
        {200, "not JSON",                                                         PT_CHECK_FAIL,    "",                       ""                        },
    };
    keypair_room_well();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        local_aws_say(&aws_room, "AmazonSSM.GetParameter", rows[i].status, rows[i].answer);
        doctor_room_says("keypair.parameter", PLAIN, rows[i].state, rows[i].evidence, rows[i].fix);
        const struct pt_check *check = doctor_room_check("keypair.parameter", PLAIN);
        assert_null(strstr(check->evidence, "geheim"));
        assert_null(strstr(check->fix, "geheim"));
    }
}

static void a_type_without_encryption_is_told(void **state)
{
    (void)state;
    keypair_room_well();
    keypair_room_parameter("stored", "String");
    doctor_room_says("keypair.parameter", PLAIN, PT_CHECK_WARN, "as String instead of SecureString",
                     "aws ssm put-parameter --type SecureString");
    keypair_room_parameter("stored", "");
    doctor_room_says("keypair.parameter", PLAIN, PT_CHECK_WARN, "a type that AWS does not report",
                     "SecureString");
}

static void a_parameter_with_another_key_is_told_and_not_used(void **state)
{
    (void)state;
    keypair_room_well();
    shell("openssl genrsa -out other 2048");
    keypair_room_parameter("other", "SecureString");
    doctor_room_says("keypair.parameter", PLAIN, PT_CHECK_FAIL,
                     "holds another key than EC2's pair 0a1b-key", "pintop.keypair.parameter");
    const struct pt_check *check = doctor_room_fix("keypair.file", PLAIN, NULL);
    assert_int_equal(check->state, PT_CHECK_FAIL);
    assert_int_not_equal(access(scratch_path(".ssh/0a1b-key.pem"), F_OK), 0);
}

/* A name of the operator's own: EC2's pair is then the one with its key. */
static void a_parameter_of_another_name_finds_its_pair(void **state)
{
    (void)state;
    keypair_room_well();
    keypair_room_pair("team", "key-07", keypair_room_created("stored"));
    doctor_room_says("keypair.parameter", AWS_ROOM_SET("pintop.keypair.parameter=/my/key"),
                     PT_CHECK_OK, "/my/key of the key pair team", NULL);
}

/* ---- keypair.file ---- */

static void the_file_is_written_once_for_its_owner_alone(void **state)
{
    (void)state;
    keypair_room_well();
    doctor_room_says("keypair.file", PLAIN, PT_CHECK_FAIL, "there is no", "--fix keypair.file");
    const struct pt_check *check =
        doctor_room_fix("keypair.file", PLAIN, ".ssh/0a1b-key.pem, mode 0600");
    assert_int_equal(check->state, PT_CHECK_OK);
    assert_int_equal(mode_of(".ssh/0a1b-key.pem"), 0600);
    assert_int_equal(mode_of(".ssh"), 0700);
    char *stored = scratch_get("stored");
    is_same_file(".ssh/0a1b-key.pem", stored);
    free(stored);
    assert_string_equal(shell("ls -A .ssh"), "0a1b-key.pem");
    int n = local_aws_count(&aws_room, "AmazonSSM.GetParameter");
    /* Done twice, it changes nothing, and is not even offered. */
    struct stat before, after;
    stat(scratch_path(".ssh/0a1b-key.pem"), &before);
    check = doctor_room_fix("keypair.file", PLAIN, NULL);
    stat(scratch_path(".ssh/0a1b-key.pem"), &after);
    assert_int_equal(check->state, PT_CHECK_OK);
    assert_int_equal(before.st_ino, after.st_ino);
    assert_int_equal(local_aws_count(&aws_room, "AmazonSSM.GetParameter"), n + 1);
    doctor_room_says("ec2.keypair", PLAIN, PT_CHECK_OK, "0a1b-key (key-01): ", NULL);
}

/* ssh refuses OpenSSH's format without a line feed at its end. */
static void a_lost_line_feed_is_added(void **state)
{
    (void)state;
    doctor_room_well();
    shell(
        "ssh-keygen -q -t ed25519 -N '' -f stored && ssh-keygen -l -f stored.pub | cut -d' ' -f2 | "
        "cut -d: -f2 >print && printf %%s \"$(cat stored)\" >cut");
    char *print = scratch_get("print");
    print[strcspn(print, "\n")] = '=';
    keypair_room_pair("0a1b", "key-01", print);
    free(print);
    keypair_room_parameter("cut", "SecureString");
    assert_int_equal(doctor_room_fix("keypair.file", PLAIN, "0a1b.pem")->state, PT_CHECK_OK);
    shell("ssh-keygen -y -P '' -f .ssh/0a1b.pem | cut -d' ' -f1,2 >public && cut -d' ' -f1,2 "
          "stored.pub | cmp - public && cmp stored .ssh/0a1b.pem");
    doctor_room_says("ec2.keypair", PLAIN, PT_CHECK_OK, "0a1b.pem is its private key", NULL);
}

static void remove_file(void)
{
    shell("rm -rf .ssh");
}

/* The whole key, or nothing at all, under whatever name. */
static void is_whole_or_nothing(void)
{
    shell("[ ! -e .ssh ] || [ -z \"$(ls -A .ssh)\" ] || { [ \"$(ls -A .ssh)\" = 0a1b-key.pem ] && "
          "cmp "
          "stored .ssh/0a1b-key.pem && [ \"$(stat -c %%a .ssh/0a1b-key.pem)\" = 600 ]; }");
}

static void killed_in_the_middle_it_leaves_nothing_half(void **state)
{
    (void)state;
    keypair_room_well();
    keypair_room_kill("keypair.file", "pintop.keypair.file=~/.ssh/0a1b-key.pem", remove_file,
                      is_whole_or_nothing);
}

static void another_key_is_never_written_over(void **state)
{
    (void)state;
    keypair_room_well();
    shell("mkdir .ssh && openssl genrsa -out .ssh/0a1b-key.pem 2048 && chmod 644 .ssh/0a1b-key.pem "
          "&& "
          "cp .ssh/0a1b-key.pem kept");
    doctor_room_says("keypair.file", PLAIN, PT_CHECK_FAIL,
                     "holds another key than /ec2/keypair/key-01", "move ");
    doctor_room_fix("keypair.file", PLAIN, NULL);
    shell("cmp kept .ssh/0a1b-key.pem");
    doctor_room_says("ec2.keypair", PLAIN, PT_CHECK_UNKNOWN, "needs keypair.file", NULL);
    shell("echo nothing >.ssh/0a1b-key.pem");
    doctor_room_says("keypair.file", PLAIN, PT_CHECK_FAIL, "is no private key", ".pem");
    doctor_room_fix("keypair.file", PLAIN, NULL);
    is_same_file(".ssh/0a1b-key.pem", "nothing\n");
}

static void a_wrong_mode_is_mended(void **state)
{
    (void)state;
    keypair_room_well();
    shell("mkdir .ssh && cp stored .ssh/0a1b-key.pem && chmod 644 .ssh/0a1b-key.pem");
    doctor_room_says("keypair.file", PLAIN, PT_CHECK_FAIL, "mode 0644", "chmod 600 \"");
    const struct pt_check *check = doctor_room_fix("keypair.file", PLAIN, "chmod 600 \"");
    assert_int_equal(check->state, PT_CHECK_OK);
    assert_int_equal(mode_of(".ssh/0a1b-key.pem"), 0600);
    shell("chmod 400 .ssh/0a1b-key.pem");
    doctor_room_says("keypair.file", PLAIN, PT_CHECK_OK, "mode 0400", NULL);
}

static void the_file_here_is_before_that_at_home(void **state)
{
    (void)state;
    char here[1024];
    keypair_room_well();
    assert_non_null(getcwd(here, sizeof here));
    shell("mkdir work && cp stored work/0a1b-key.pem && chmod 600 work/0a1b-key.pem");
    assert_int_equal(chdir(scratch_path("work")), 0);
    const struct pt_check *check = doctor_room_check("keypair.file", PLAIN);
    bool is_here = check->state == PT_CHECK_OK && strstr(check->evidence, "/work/0a1b-key.pem,");
    assert_int_equal(chdir(here), 0);
    assert_true(is_here);
}

static void other_files_are_told(void **state)
{
    (void)state;
    static const struct {
        const char *make;
        enum pt_check_state state;
        const char *evidence, *fix;
    } rows[] = {
        {"ssh-keygen -q -t ed25519 -N geheim -f k",                               PT_CHECK_WARN, "protected by a passphrase",
         "ssh-keygen -p"                                                                                                                           },
        {"mkdir k",                                                               PT_CHECK_FAIL, "is no file",                "pintop.keypair.file"},
        {"mkfifo -m 600 k",                                                       PT_CHECK_FAIL, "is no file",                "pintop.keypair.file"},
        {"ln -s nowhere k",                                                       PT_CHECK_FAIL, "there is no",               "--fix keypair.file" },
        {"head -c 200000 /dev/zero | tr '\\0' x >k",                              PT_CHECK_FAIL, "is no private key",         ".pem"               },
        {"openssl genrsa -out k.pem 2048; openssl pkey -in k.pem -pubout -out k", PT_CHECK_FAIL,
         "is a public key",                                                                                                   ".pem"               },
    };
    keypair_room_well();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        shell("rm -rf k k.pem k.pub; %s", rows[i].make);
        doctor_room_says("keypair.file", AWS_ROOM_SET("pintop.keypair.file=~/k"), rows[i].state,
                         rows[i].evidence, rows[i].fix);
    }
}

/* Without the store there is nothing to write. */
static void without_the_store_no_fix_is_offered(void **state)
{
    (void)state;
    keypair_room_well();
    local_aws_say(&aws_room, "AmazonSSM.GetParameter", 400, KEYPAIR_DENIED("ssm:GetParameter"));
    doctor_room_says("keypair.file", PLAIN, PT_CHECK_FAIL,
                     "the Parameter Store did not give the key", "pintop.keypair.file");
    doctor_room_fix("keypair.file", PLAIN, NULL);
    local_aws_say(&aws_room, "DescribeKeyPairs", 403, KEYPAIR_DENIED_XML("ec2:DescribeKeyPairs"));
    doctor_room_says("keypair.file", PLAIN, PT_CHECK_UNKNOWN, "needs keypair.parameter",
                     "pintop.keypair.file");
}

/* ---- ec2.keypair ---- */

static void the_pair_must_be_that_of_the_file(void **state)
{
    (void)state;
    const char *const own[] = {"pintop.keypair.file=~/k", NULL};
    keypair_room_well();
    shell("openssl genrsa -out k 2048 && chmod 600 k");
    local_aws_say(&aws_room, "AmazonSSM.GetParameter", 400, KEYPAIR_DENIED("ssm:GetParameter"));
    doctor_room_says("ec2.keypair", own, PT_CHECK_FAIL,
                     "holds another key than EC2's pair 0a1b-key", "pintop.keypair.file");
    keypair_room_pair("0a1b-key", "key-01", "");
    doctor_room_says("ec2.keypair", own, PT_CHECK_UNKNOWN, "gives no fingerprint", "Key Pairs");
    local_aws_say(&aws_room, "DescribeKeyPairs", 403, KEYPAIR_DENIED_XML("ec2:DescribeKeyPairs"));
    local_aws_say(&aws_room, "DescribeParameters", 400, KEYPAIR_DENIED("ssm:DescribeParameters"));
    doctor_room_says("ec2.keypair", own, PT_CHECK_UNKNOWN, "needs ec2:DescribeKeyPairs",
                     "AWS console, EC2 > Key Pairs");
    keypair_room_pair("team", "key-01", keypair_room_created("k"));
    doctor_room_says("ec2.keypair", own, PT_CHECK_OK, "team (key-01): ", NULL);
    keypair_room_pair("team", "key-01", "aa:bb");
    doctor_room_says("ec2.keypair", own, PT_CHECK_FAIL, "none of the 1 key pairs in eu-west-1",
                     "correct the region");
}

/* Without the file's key nothing is compared, so EC2 is not asked either. */
static void a_key_with_a_passphrase_is_not_compared(void **state)
{
    (void)state;
    keypair_room_well();
    shell("ssh-keygen -q -t ed25519 -N geheim -f k");
    local_aws_say(&aws_room, "DescribeKeyPairs", 403, KEYPAIR_DENIED_XML("ec2:DescribeKeyPairs"));
    local_aws_say(&aws_room, "DescribeParameters", 400, KEYPAIR_DENIED("ssm:DescribeParameters"));
    doctor_room_says("ec2.keypair", AWS_ROOM_SET("pintop.keypair.file=~/k"), PT_CHECK_UNKNOWN,
                     "needs keypair.file: ", NULL);
    assert_int_equal(local_aws_count(&aws_room, "DescribeKeyPairs"), 1);
}

static void an_imported_pair_is_known_by_its_own_form(void **state)
{
    (void)state;
    keypair_room_well();
    shell("cp stored k && chmod 600 k");
    const char *said = shell("openssl pkey -in k -pubout -outform DER | openssl md5 -c");
    keypair_room_pair("0a1b-key", "key-01", strrchr(said, ' ') + 1);
    doctor_room_says("ec2.keypair", AWS_ROOM_SET("pintop.keypair.file=~/k"), PT_CHECK_OK,
                     "by EC2's fingerprint", NULL);
}

/* ---- on the host itself ---- */

static void on_the_host_no_key_is_fetched(void **state)
{
    (void)state;
    static const char *const rows[] = {"keypair.parameter", "keypair.file", "keypair.gitignore",
                                       "ec2.keypair",       "ec2.instance", "ec2.ssh"};
    keypair_room_well();
    unsetenv("AWS_EC2_METADATA_DISABLED");
    setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", local_aws_url(&aws_room), 1);
    local_aws_say(&aws_room, "/latest/api/token", 200, "token");
    local_aws_say(&aws_room, "/latest/dynamic/instance-identity/document", 200,
                  "{\"instanceId\":\"i-0abc\",\"region\":\"eu-west-1\"}");
    local_aws_say(&aws_room, "/latest/meta-data", 200, "i-0abc");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        doctor_room_says(rows[i], PLAIN, PT_CHECK_NOT_NEEDED,
                         "runs on the host itself (EC2 i-0abc)", NULL);
    assert_int_equal(local_aws_count(&aws_room, "AmazonSSM"), 0);
    unsetenv("AWS_EC2_METADATA_SERVICE_ENDPOINT");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, aws_room_open, aws_room_close)

int main(int argc, char **argv)
{
    if (keypair_room_is_killed(argc, argv))
        return 0;
    const struct CMUnitTest tests[] = {
        TEST(the_parameter_is_found_by_the_pair_of_the_user),
        TEST(the_pair_is_found_by_the_hosts_of_the_user),
        TEST(a_host_that_is_gone_has_no_say_in_the_pair),
        TEST(several_pairs_are_named),
        TEST(a_list_of_pairs_that_is_cut_says_so),
        TEST(where_ec2_is_denied_a_single_parameter_is_taken),
        TEST(what_the_store_says_is_told),
        TEST(a_type_without_encryption_is_told),
        TEST(a_parameter_with_another_key_is_told_and_not_used),
        TEST(a_parameter_of_another_name_finds_its_pair),
        TEST(the_file_is_written_once_for_its_owner_alone),
        TEST(a_lost_line_feed_is_added),
        TEST(killed_in_the_middle_it_leaves_nothing_half),
        TEST(another_key_is_never_written_over),
        TEST(a_wrong_mode_is_mended),
        TEST(the_file_here_is_before_that_at_home),
        TEST(other_files_are_told),
        TEST(without_the_store_no_fix_is_offered),
        TEST(the_pair_must_be_that_of_the_file),
        TEST(a_key_with_a_passphrase_is_not_compared),
        TEST(an_imported_pair_is_known_by_its_own_form),
        TEST(on_the_host_no_key_is_fetched),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
