/* The plan of a change of a topic: the difference, what follows from it, and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "desk/section.h"
#include "kafka/alter.h"
#include "pintop/snapshot.h"

enum { HOUR_MS = 3600 * 1000 };
#define NOW_MS INT64_C(1790000000000)

static const struct alter_setting settings[] = {
    {.name = "cleanup.policy",                 .value = "delete",  .otherwise = "delete", .is_default = true  },
    {.name = "min.insync.replicas",            .value = "1",       .otherwise = "3",      .is_default = false },
    {.name = "retention.bytes",                .value = "-1",      .otherwise = "-1",     .is_default = true  },
    {.name = "retention.ms",                   .value = "7200000", .otherwise = NULL,     .is_default = false },
    {.name = "secret.key",                     .otherwise = NULL,  .is_default = false,   .is_sensitive = true},
    {.name = "unclean.leader.election.enable",
     .value = "false",
     .otherwise = "false",
     .is_default = true                                                                                       },
};
static struct alter_now now;
static struct alter_facts facts;
static struct alter_plan plan;
static struct pt_result result;
static struct pt_error err;

static int begin(void **state)
{
    (void)state;
    now = (struct alter_now){.topic = "0a1b.pin",
                             .n_partitions = 3,
                             .replication = 2,
                             .settings = settings,
                             .n_settings = sizeof settings / sizeof *settings,
                             .are_all_told = true};
    facts = (struct alter_facts){
        .group = "connect-sink", .lag = PT_UNKNOWN, .oldest_ms = PT_UNKNOWN, .now_ms = NOW_MS};
    memset(&result, 0, sizeof result);
    return 0;
}

static int end(void **state)
{
    (void)state;
    alter_plan_done(&plan);
    result_clear(&result);
    return 0;
}

static pt_code make(int32_t partitions, const char *first, const char *second)
{
    static const char *configs[2];
    static struct pt_command cmd;
    configs[0] = first;
    configs[1] = second;
    cmd = (struct pt_command){.topic = "0a1b.pin",
                              .partitions = partitions,
                              .configs = configs,
                              .n_configs = second != NULL ? 2 : first != NULL};
    alter_plan_done(&plan);
    return alter_plan_make(&cmd, &now, &plan, &err);
}

static void tell(void)
{
    result_clear(&result);
    assert_int_equal(alter_tell(&plan, &facts, &result, &err), PT_OK);
}

static bool says(const char *level, const char *text)
{
    for (size_t i = 0; i < result.n_lines; i++)
        if (strcmp(result.lines[i].level, level) == 0 && strstr(result.lines[i].text, text))
            return true;
    return false;
}

static void only_what_differs_is_in_the_plan(void **state)
{
    static const struct {
        int32_t partitions;
        const char *first, *second, *words;
    } cases[] = {
        {6,  NULL,                     NULL,                   "partitions 3 -> 6"                        },
        {3,  "retention.ms=7200000",   NULL,                   ""                                         },
        {-1, "retention.ms=86400000",  NULL,                   "retention.ms 7200000 -> 86400000"         },
        {4,  "cleanup.policy=compact", "retention.ms=7200000",
         "partitions 3 -> 4, cleanup.policy delete (default) -> compact"                                  },
 /* The same value, but the topic's own from now on. */
        {-1, "cleanup.policy=delete",  NULL,                   "cleanup.policy delete (default) -> delete"},
        {-1, "cleanup.policy=",        "retention.bytes=",     ""                                         },
        {-1, "retention.ms=",          NULL,                   "retention.ms 7200000 -> its default"      },
        {-1, "secret.key=abc",         NULL,                   "secret.key *** -> ***"                    },
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char words[200];
        assert_int_equal(make(cases[i].partitions, cases[i].first, cases[i].second), PT_OK);
        alter_words(&plan, words, sizeof words);
        assert_string_equal(words, cases[i].words);
        assert_int_equal(alter_is_empty(&plan), words[0] == '\0');
        tell();
        assert_int_equal(result.n_lines > 0, words[0] != '\0');
    }
}

static void what_cannot_be_done_is_refused(void **state)
{
    (void)state;
    assert_int_equal(make(2, NULL, NULL), PT_EUSAGE);
    assert_string_equal(err.what, "topic 0a1b.pin: it has 3 partitions, and Kafka cannot remove "
                                  "any: 2 is too few");
    assert_int_equal(make(-1, "retention.hours=1", NULL), PT_EUSAGE);
    assert_non_null(strstr(err.what, "knows no topic setting retention.hours"));
    assert_int_equal(make(-1, "min.insync.replicas=3", NULL), PT_EUSAGE);
    assert_non_null(strstr(err.what, "min.insync.replicas 3 is above its 2 replicas"));
    assert_int_equal(make(-1, "min.insync.replicas=", NULL), PT_EUSAGE); /* the broker's own is 3 */
    assert_int_equal(make(-1, "min.insync.replicas=2", NULL), PT_OK);
    now.n_partitions = -1;
    assert_int_equal(make(6, NULL, NULL), PT_EDATA);
    now.no_unset = "it can only set";
    assert_int_equal(make(-1, "retention.ms=", NULL), PT_EUNSUPPORTED);
    assert_non_null(strstr(err.what, "retention.ms cannot be taken out: it can only set"));
}

static void a_setting_that_is_missing_is_not_made_up(void **state)
{
    char words[200];
    (void)state;
    now.are_all_told = false;
    now.missing = "(not listed)";
    assert_int_equal(make(-1, "segment.ms=5", NULL), PT_OK);
    alter_words(&plan, words, sizeof words);
    assert_string_equal(words, "segment.ms (not listed) -> 5");
    now.missing = NULL;
    alter_words(&plan, words, sizeof words);
    assert_string_equal(words, "segment.ms (unknown) -> 5");
}

static void a_shorter_retention_is_held_against_the_lag(void **state)
{
    (void)state;
    assert_int_equal(make(-1, "retention.ms=3600000", NULL), PT_OK);
    assert_true(alter_wants_lag(&plan));
    tell();
    assert_true(
        says("WARN", "how many of them the group connect-sink has not committed is unknown"));
    facts.lag = 0;
    tell();
    assert_true(says("note", "has committed every record"));
    assert_false(says("WARN", ""));
    facts.is_lag_late = true;
    tell();
    assert_true(says("note", "had committed every record that was there then"));
    assert_true(says("note", "The lag is CloudWatch's"));
    facts.is_lag_late = false;
    facts.lag = 12345;
    facts.oldest_ms = NOW_MS - 3 * HOUR_MS - 60000;
    tell();
    assert_true(says("WARN", "Records will be lost: the group connect-sink has not committed 12345 "
                             "records, the oldest of them is 3 h 1 min old, and what is older than "
                             "1 h 0 min is deleted"));
    facts.oldest_ms = NOW_MS - 65000;
    tell();
    assert_true(says("WARN", "the oldest of them 1 min 5 s old: they are lost unless they are read "
                             "before they are 1 h 0 min old"));
    facts.oldest_ms = PT_UNKNOWN;
    tell();
    assert_true(says("WARN", "12345 records that the group connect-sink has not committed may be"));
}

static void what_keeps_records_longer_asks_for_no_lag(void **state)
{
    static const struct {
        const char *config;
        bool wants;
    } cases[] = {
        {"retention.ms=7200001",                false},
        {"retention.ms=-1",                     false},
        {"retention.ms=7199999",                true },
        {"retention.ms=",                       true }, /* to what, is unknown */
        {"retention.bytes=1000",                true },
        {"cleanup.policy=",                     false},
        {"cleanup.policy=compact",              false},
        {"cleanup.policy=compact,delete",       false},
        {"unclean.leader.election.enable=true", false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(make(-1, cases[i].config, NULL), PT_OK);
        if (alter_wants_lag(&plan) != cases[i].wants)
            fail_msg("%s", cases[i].config);
    }
}

/* What size deletes does not wait for an age. */
static void a_smaller_size_may_come_before_the_deadline(void **state)
{
    (void)state;
    facts.lag = 5;
    facts.oldest_ms = NOW_MS - 65000;
    assert_int_equal(make(-1, "retention.ms=3600000", "retention.bytes=1000"), PT_OK);
    tell();
    assert_true(says("WARN", "unless they are read before they are 1 h 0 min old and before a "
                             "partition is larger than retention.bytes (1000)."));
    /* Longer by age, shorter by size: the age is no deadline. */
    assert_int_equal(make(-1, "retention.ms=86400000", "retention.bytes=1000"), PT_OK);
    tell();
    assert_true(says("WARN", "5 records that the group connect-sink has not committed may be "
                             "deleted before they are read as soon as a partition is larger than "
                             "retention.bytes (1000)."));
    assert_false(says("WARN", "old"));
    static const struct alter_setting unlisted[] = {
        {.name = "retention.ms", .value = "7200000"}
    };
    now.settings = unlisted;
    now.n_settings = 1;
    now.are_all_told = false;
    assert_int_equal(make(-1, "retention.ms=3600000", NULL), PT_OK);
    tell();
    assert_true(says("WARN", "1 h 0 min old; whether retention.bytes deletes them sooner is "
                             "unknown."));
}

/* The age of some is the least that the oldest can have, and a clock may be wrong. */
static void the_oldest_is_told_as_far_as_it_is_known(void **state)
{
    (void)state;
    facts.lag = 5;
    facts.oldest_ms = NOW_MS - 65000;
    facts.is_in_part = true;
    assert_int_equal(make(-1, "retention.ms=3600000", NULL), PT_OK);
    tell();
    assert_true(says("WARN", "the oldest of them at least 1 min 5 s old"));
    facts.oldest_ms = NOW_MS + 65000;
    tell();
    assert_true(says("note", "is ahead of this computer's clock, so its age is unknown"));
    assert_true(says("WARN", "5 records that the group connect-sink has not committed may be"));
    assert_false(says("WARN", "s old"));
}

static const struct alter_setting compacted[] = {
    {.name = "cleanup.policy", .value = "compact", .otherwise = "delete"},
    {.name = "retention.ms",   .value = "7200000", .otherwise = NULL    },
};

static void what_compaction_kept_is_not_lost_unsaid(void **state)
{
    (void)state;
    facts.lag = 0;
    now.settings = compacted;
    now.n_settings = 2;
    assert_int_equal(make(-1, "cleanup.policy=delete", NULL), PT_OK);
    assert_true(alter_wants_lag(&plan));
    tell();
    assert_true(says("WARN", "The newest record of a key is no longer kept"));
    assert_int_equal(make(-1, "cleanup.policy=", NULL), PT_OK);
    tell();
    assert_true(says("WARN", "The newest record of a key is no longer kept"));
    assert_int_equal(make(-1, "cleanup.policy=compact,delete", NULL), PT_OK);
    tell();
    assert_true(says("WARN", "The newest record of a key is no longer kept"));
    /* Of a topic that is only compacted nothing is deleted by age. */
    assert_int_equal(make(-1, "retention.ms=1", NULL), PT_OK);
    assert_false(alter_wants_lag(&plan));
    static const struct alter_setting both[] = {
        {.name = "cleanup.policy", .value = "compact, delete"}
    };
    now.settings = both;
    now.n_settings = 1;
    assert_int_equal(make(-1, "cleanup.policy=delete", NULL), PT_OK);
    tell();
    assert_true(says("WARN", "The topic is no longer compacted"));
    assert_int_equal(make(-1, "cleanup.policy=compact", NULL), PT_OK);
    tell();
    assert_false(says("WARN", "no longer"));
    now.n_settings = 0;
    now.are_all_told = false;
    assert_int_equal(make(-1, "cleanup.policy=delete", NULL), PT_OK);
    assert_true(alter_wants_lag(&plan));
    tell();
    assert_true(says("WARN", "Unless the topic was not compacted, which is unknown: The newest"));
}

static void kafka_s_own_topics_keep_their_compaction(void **state)
{
    static const char *const lossy[] = {"cleanup.policy=delete",
                                        "cleanup.policy=", "cleanup.policy=compact,delete"};
    (void)state;
    now.topic = "__consumer_offsets";
    now.settings = compacted;
    now.n_settings = 2;
    for (size_t i = 0; i < sizeof lossy / sizeof *lossy; i++) {
        assert_int_equal(make(-1, lossy[i], NULL), PT_ENAME);
        assert_non_null(strstr(err.what, "__consumer_offsets: refused, it is Kafka's own"));
    }
    assert_int_equal(make(-1, "retention.ms=1", NULL), PT_OK);
    now.n_settings = 0; /* how it is, is not known */
    now.are_all_told = false;
    assert_int_equal(make(-1, lossy[0], NULL), PT_ENAME);
    assert_int_equal(make(-1, "cleanup.policy=compact", NULL), PT_OK);
}

static void compaction_needs_keys(void **state)
{
    (void)state;
    assert_int_equal(make(-1, "cleanup.policy=compact,delete", NULL), PT_OK);
    assert_true(alter_wants_keys(&plan));
    facts.has_keyless = true;
    assert_int_equal(alter_judge(&plan, &facts, &err), PT_EUSAGE);
    assert_non_null(strstr(err.what, "its records have no key"));
    facts.has_keyless = false;
    assert_int_equal(alter_judge(&plan, &facts, &err), PT_OK);
    tell();
    assert_true(says("WARN", "Whether its records have keys is unknown"));
    facts.are_keys_seen = true;
    tell();
    assert_false(says("WARN", "Whether its records have keys"));
    assert_true(says("WARN", "Of each key only the newest record is kept"));
    /* Without compaction nobody asks for keys. */
    facts.has_keyless = true;
    assert_int_equal(make(-1, "retention.ms=1", NULL), PT_OK);
    assert_int_equal(alter_judge(&plan, &facts, &err), PT_OK);
}

static void what_follows_is_said(void **state)
{
    (void)state;
    assert_int_equal(make(6, "min.insync.replicas=2", "unclean.leader.election.enable=true"),
                     PT_OK);
    tell();
    assert_true(says("WARN", "Partitions cannot be removed again"));
    assert_true(says("note", "Records with a key go to another partition"));
    assert_true(says("WARN", "writes stop as soon as one broker is down"));
    assert_true(says("WARN", "acknowledged records may be lost"));
    assert_false(says("WARN", "The topic is compacted"));
    now.settings = compacted;
    now.n_settings = 2;
    assert_int_equal(make(6, NULL, NULL), PT_OK);
    tell();
    assert_true(says("WARN", "The topic is compacted"));
    now.n_settings = 0; /* nobody may read them */
    now.are_all_told = false;
    assert_int_equal(make(6, NULL, NULL), PT_OK);
    tell();
    assert_true(says("WARN", "Unless the topic is not compacted, which is unknown: a key's new"));
}

static void another_difference_than_the_one_shown_is_not_sent(void **state)
{
    char seen[20];
    struct pt_command cmd = {.topic = "0a1b.pin"};
    (void)state;
    assert_int_equal(make(6, NULL, NULL), PT_OK);
    tell();
    memcpy(seen, result.seen, sizeof seen);
    cmd.seen = seen;
    assert_int_equal(alter_check_seen(&cmd, &result, &err), PT_OK);
    facts.lag = 7; /* a remark only */
    tell();
    assert_int_equal(alter_check_seen(&cmd, &result, &err), PT_OK);
    now.n_partitions = 4;
    assert_int_equal(make(6, NULL, NULL), PT_OK);
    tell();
    assert_int_equal(alter_check_seen(&cmd, &result, &err), PT_EBUSY);
    assert_non_null(strstr(err.what, "nothing was sent, because it was changed after"));
    /* That nothing would be done was shown, and that is not so any more. */
    now.n_partitions = 6;
    assert_int_equal(make(6, NULL, NULL), PT_OK);
    tell();
    assert_string_not_equal(result.seen, "");
    memcpy(seen, result.seen, sizeof seen);
    now.n_partitions = 4;
    assert_int_equal(make(6, NULL, NULL), PT_OK);
    tell();
    assert_int_equal(alter_check_seen(&cmd, &result, &err), PT_EBUSY);
}

/* Of two requests each outcome tells what became of the other. */
static void half_of_a_change_is_told(void **state)
{
    (void)state;
    assert_int_equal(make(6, "retention.ms=1", NULL), PT_OK);
    pt_error_set(&err, PT_ETIMEOUT, NULL, "change topic 0a1b.pin: timed out");
    assert_int_equal(alter_lost(&plan, ALTER_SETTINGS, false, PT_ETIMEOUT, &err), PT_ETIMEOUT);
    assert_string_equal(err.what, "change topic 0a1b.pin: the answer was lost, and it is unknown "
                                  "whether the settings were changed; the partitions were not "
                                  "added (timed out)");
    pt_error_set(&err, PT_ETIMEOUT, NULL, "timed out");
    alter_lost(&plan, ALTER_PARTITIONS, true, PT_ETIMEOUT, &err);
    assert_string_equal(err.what, "change topic 0a1b.pin: the answer was lost, and the partitions "
                                  "have not been added so far; the settings were changed (timed "
                                  "out)");
    pt_error_set(&err, PT_EAUTH, "ask for it", "change topic 0a1b.pin: denied");
    assert_int_equal(alter_refused(&plan, ALTER_PARTITIONS, PT_EAUTH, &err), PT_EAUTH);
    assert_string_equal(err.what, "change topic 0a1b.pin: the settings were changed, but the "
                                  "partitions were not added: denied");
    assert_string_equal(err.fix, "ask for it");
    /* Nothing was done before the first of them. */
    pt_error_set(&err, PT_EAUTH, "ask for it", "change topic 0a1b.pin: denied");
    alter_refused(&plan, ALTER_SETTINGS, PT_EAUTH, &err);
    assert_string_equal(err.what, "change topic 0a1b.pin: denied");
    assert_int_equal(make(6, NULL, NULL), PT_OK);
    alter_lost(&plan, ALTER_PARTITIONS, false, PT_ETIMEOUT, &err);
    assert_string_equal(err.what, "change topic 0a1b.pin: the answer was lost, and it is unknown "
                                  "whether the partitions were added (denied)");
}

static void no_secret_is_in_a_plan(void **state)
{
    (void)state;
    assert_int_equal(make(-1, "secret.key=hunter2hunter2", NULL), PT_OK);
    tell();
    assert_true(says("change", "secret.key *** -> ***"));
    for (size_t i = 0; i < result.n_lines; i++)
        assert_null(strstr(result.lines[i].text, "hunter2"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(only_what_differs_is_in_the_plan),
        TEST(what_cannot_be_done_is_refused),
        TEST(a_setting_that_is_missing_is_not_made_up),
        TEST(a_shorter_retention_is_held_against_the_lag),
        TEST(what_keeps_records_longer_asks_for_no_lag),
        TEST(a_smaller_size_may_come_before_the_deadline),
        TEST(the_oldest_is_told_as_far_as_it_is_known),
        TEST(what_compaction_kept_is_not_lost_unsaid),
        TEST(kafka_s_own_topics_keep_their_compaction),
        TEST(compaction_needs_keys),
        TEST(what_follows_is_said),
        TEST(another_difference_than_the_one_shown_is_not_sent),
        TEST(half_of_a_change_is_told),
        TEST(no_secret_is_in_a_plan),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
