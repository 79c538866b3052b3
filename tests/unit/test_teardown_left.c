/* `teardown`: nothing is touched that is not the very thing that was created. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "teardown_world.h"

static void what_somebody_changed_is_left(void **state)
{
    (void)state;
    note_all();
    world.etag = "\"e2\"";
    world.revision = 2;
    world.connector_name = "other";
    snprintf(world.trust, sizeof world.trust, "{\"Statement\":[]}");
    scratch_put("client.properties", "x=z\n");
    scratch_put("k.pem", "no key\n");
    tear_down();
    is_left("connector", PT_MADE_OTHER, "is now the connector other");
    is_left("custom plugin", PT_MADE_OTHER, "added a revision");
    is_left("plugin zip", PT_MADE_OTHER, "another object");
    is_left("trust policy", PT_MADE_OTHER, "changed after pintop");
    is_left("Java client's settings", PT_MADE_OTHER, "somebody has changed it");
    is_left("private key", PT_MADE_OTHER, "something other");
    /* The key stays, so the line that keeps it out of git does, too. */
    is_left(".gitignore line", PT_MADE_OTHER, "keeps it out of git");
    assert_string_equal(world.writes, "");
    tear_down();
    assert_int_equal(made.n, 7);
}

static void what_is_gone_is_struck(void **state)
{
    (void)state;
    note_all();
    world.has_connector = world.has_plugin = world.has_zip = false;
    snprintf(world.trust, sizeof world.trust, "{ \"Version\":\"2012-10-17\",\"Statement\":[ ] }");
    unlink(scratch_path("k.pem"));
    unlink(scratch_path("client.properties"));
    scratch_put(".gitignore", "x*.pem\n*.pemx\n");
    tear_down();
    for (size_t i = 0; i < made.n; i++)
        assert_int_equal(made.rows[i].state, PT_MADE_GONE);
    assert_string_equal(world.writes, "");
    tear_down();
    assert_int_equal(made.n, 0);
}

static void what_cannot_be_seen_is_unknown(void **state)
{
    (void)state;
    static const struct {
        const char *in;
        int status;
        const char *body, *kind, *evidence;
    } rows[] = {
        {"/v1/connectors/",     403,
         "{\"Message\":\"User: u is not authorized to perform: kafkaconnect:DescribeConnector\","
         "\"__type\":\"AccessDeniedException\"}", "connector",     "needs kafkaconnect:DescribeConnector"},
        {"/v1/custom-plugins/", 200, "<html>",    "custom plugin", ""                                    },
        {"Action=GetRole",      500, "<E/>",      "trust policy",  ""                                    },
        {"p.zip",               403, "",          "plugin zip",    "needs s3:GetObject"                  },
    };
    note_all();
    local_aws_hook(&aws_room, NULL, NULL);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        local_aws_say(&aws_room, rows[i].in, rows[i].status, rows[i].body);
    tear_down();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        is_left(rows[i].kind, PT_MADE_UNKNOWN, rows[i].evidence);
    assert_int_equal(local_aws_count(&aws_room, "DELETE "), 0);
    tear_down();
    assert_int_equal(made.n, 4); /* the files are gone, the others are noted still */
}

/* A note as a run has left it that was killed at that time. */
static void begun_at(const char *time)
{
    char text[400];
    snprintf(text, sizeof text,
             "{\"time\":\"%s\",\"id\":\"1\",\"is\":\"begun\",\"kind\":\"connector\",\"new\":"
             "false,\"name\":\"0a1b-connector\",\"region\":\"eu-west-1\",\"account\":"
             "\"123456789012\"}\n",
             time);
    scratch_put("state/created", text);
}

static void what_may_still_come_is_not_gone(void **state)
{
    char now[40];
    (void)state;
    note_all();
    world.has_connector = false;
    clock_format_ms(clock_real_ms(), now, sizeof now);
    begun_at(now);
    tear_down();
    is_left("connector", PT_MADE_UNKNOWN, "not there yet");
    tear_down();
    assert_int_equal(made.n, 1);
    begun_at("2026-01-01T00:00:00.000Z");
    tear_down();
    is_left("connector", PT_MADE_GONE, "");
    tear_down();
    assert_int_equal(made.n, 0);
}

/* Whoever has the credentials of another account does not see it. */
static void what_no_account_is_noted_of_is_not_gone(void **state)
{
    (void)state;
    note_all();
    world.has_connector = false;
    mkdir(scratch_path("state"), 0700);
    scratch_put("state/created",
                "{\"time\":\"2026-01-01T00:00:00.000Z\",\"id\":\"1\",\"is\":\"made\",\"kind\":"
                "\"connector\",\"name\":\"0a1b-connector\",\"region\":\"eu-west-1\"}\n");
    tear_down();
    is_left("connector", PT_MADE_UNKNOWN, "does not say in which account it was created");
    tear_down();
    assert_int_equal(made.n, 1);
}

/* f took the place of a file that was kept as f.old. */
static void java_file_made(void)
{
    struct created thing = {.kind = CREATED_JAVA_FILE};
    struct pt_error err;
    noted_sum("second", 6, thing.mark);
    snprintf(thing.name, sizeof thing.name, "%s", scratch_path("f"));
    snprintf(thing.ref, sizeof thing.ref, "%s", scratch_path("f.old"));
    assert_int_equal(created_begin(scratch_path("state"), &thing, &err), PT_OK);
    assert_int_equal(created_made(scratch_path("state"), &thing, &err), PT_OK);
}

/* The run that put the old ones back was killed before it could strike its notes. */
static void what_is_back_already_is_struck(void **state)
{
    char sum[NOTED_SUM_MAX];
    (void)state;
    note_all();
    unlink(scratch_path("state/created"));
    snprintf(world.trust, sizeof world.trust, OLD_TRUST);
    noted_policy_sum(NEW_TRUST, sum);
    note(CREATED_TRUST, ROLE, "", sum, scratch_path("kept.json"), true);
    scratch_put("f", "first");
    java_file_made();
    tear_down();
    is_left("trust policy", PT_MADE_GONE, "has its old trust policy");
    is_left("Java client's settings", PT_MADE_GONE, "in its place again");
    assert_int_not_equal(access(scratch_path("kept.json"), F_OK), 0);
    assert_string_equal(world.writes, "");
    tear_down();
    assert_int_equal(made.n, 0);
}

/* Somebody else's change after that is no file of before. */
static void a_file_that_was_changed_later_is_not_the_old_one(void **state)
{
    (void)state;
    scratch_put("f", "third");
    shell("touch -d '+5 minutes' \"%s\"", scratch_path("f"));
    java_file_made();
    tear_down();
    is_left("Java client's settings", PT_MADE_OTHER, "somebody has changed it");
}

static void a_line_that_hides_other_keys_stays(void **state)
{
    (void)state;
    shell("git init -q \"%s\"", scratch_dir);
    mkdir(scratch_path("state"), 0700);
    mkdir(scratch_path("below"), 0700);
    scratch_put(".gitignore", "*.pem\n");
    scratch_put("below/other.pem", "a key\n");
    note(CREATED_KEY_FILE, scratch_path("k.pem"), "", key_sum(), "/ec2/keypair/k", true);
    note(CREATED_IGNORE_LINE, scratch_path(".gitignore"), "", scratch_path("k.pem"), "*.pem", true);
    tear_down();
    assert_int_equal(made_of("private key")->end, PT_MADE_DELETED);
    is_left(".gitignore line", PT_MADE_OTHER, "below/other.pem is in that folder, too");
    /* Where git does not answer, nobody knows. */
    shell("mv \"%s\" \"%s\"", scratch_path(".git/HEAD"), scratch_path("HEAD"));
    tear_down();
    is_left(".gitignore line", PT_MADE_UNKNOWN, "git");
    shell("mv \"%s\" \"%s\"", scratch_path("HEAD"), scratch_path(".git/HEAD"));
    unlink(scratch_path("below/other.pem"));
    tear_down();
    assert_int_equal(made_of(".gitignore line")->end, PT_MADE_DELETED);
}

static void another_account_is_not_looked_at(void **state)
{
    (void)state;
    note_all();
    local_aws_say(&aws_room, "GetCallerIdentity", 200,
                  "<R><GetCallerIdentityResult><Arn>arn:aws:iam::999999999999:user/u</Arn><UserId>U"
                  "</UserId><Account>999999999999</Account></GetCallerIdentityResult></R>");
    tear_down();
    is_left("connector", PT_MADE_UNKNOWN, "of the AWS account 123456789012");
    is_left("trust policy", PT_MADE_UNKNOWN, "these credentials are of 999999999999");
    assert_string_equal(world.writes, "");
    local_aws_say(&aws_room, "GetCallerIdentity", 403, "<R/>");
    tear_down();
    is_left("connector", PT_MADE_UNKNOWN, "");
}

static void a_topic_is_left_without_its_cluster(void **state)
{
    (void)state;
    local_aws_say(&aws_room, "GetCallerIdentity", 200, AWS_ROOM_WHO);
    note(CREATED_TOPIC, "0a1b.pin", "", "", "b-1:9098", true);
    tear_down();
    is_left("topic", PT_MADE_UNKNOWN, "no Kafka cluster is named");
    assert_non_null(strstr(made_of("topic")->fix, "-b b-1:9098"));
}

static void a_topic_of_aws_is_left_without_that_cluster(void **state)
{
    (void)state;
    local_aws_say(&aws_room, "GetCallerIdentity", 200, AWS_ROOM_WHO);
    note(CREATED_TOPIC, "0a1b.pin", "arn:aws:kafka:eu-west-1:1:cluster/pins/1-2", "", "", true);
    tear_down();
    is_left("topic", PT_MADE_UNKNOWN, "created through the AWS API on the cluster arn:aws:kafka");
    assert_non_null(strstr(made_of("topic")->fix, "-X pintop.msk.cluster=arn:aws:kafka"));
}

static void notes_of_a_newer_pintop_are_counted(void **state)
{
    (void)state;
    mkdir(scratch_path("state"), 0700);
    scratch_put("state/created",
                "{\"id\":\"1\",\"is\":\"made\",\"kind\":\"moon\",\"name\":\"x\"}\n");
    tear_down();
    assert_int_equal(made.n, 0);
    assert_int_equal(made.n_strange, 1);
}

int main(void)
{
#define IN_ROOM(test) cmocka_unit_test_setup_teardown(test, aws_room_open, close_room)
    const struct CMUnitTest tests[] = {
        IN_ROOM(what_somebody_changed_is_left),
        IN_ROOM(what_is_gone_is_struck),
        IN_ROOM(what_cannot_be_seen_is_unknown),
        IN_ROOM(what_may_still_come_is_not_gone),
        IN_ROOM(what_no_account_is_noted_of_is_not_gone),
        IN_ROOM(what_is_back_already_is_struck),
        IN_ROOM(a_file_that_was_changed_later_is_not_the_old_one),
        IN_ROOM(a_line_that_hides_other_keys_stays),
        IN_ROOM(another_account_is_not_looked_at),
        IN_ROOM(a_topic_is_left_without_its_cluster),
        IN_ROOM(a_topic_of_aws_is_left_without_that_cluster),
        IN_ROOM(notes_of_a_newer_pintop_are_counted),
    };
    return cmocka_run_group_tests_name("teardown_left", tests, NULL, NULL);
}
