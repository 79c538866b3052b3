/* What is refused of a record by hand, and what its plan says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "desk/section.h"
#include "kafka/produce_plan.h"
#include "pintop/snapshot.h"

static const struct produce_opts none = {0}, of_pin = {.stream = "pin"};

static struct produce_facts facts_of_topic(void)
{
    return (struct produce_facts){.topic = "demo.t",
                                  .opts = &none,
                                  .n_partitions = 3,
                                  .has_leader = true,
                                  .has_settings = true,
                                  .topic_max_bytes = 1048588,
                                  .client_max_bytes = 1000000,
                                  .partitioner = "consistent_random",
                                  .has_seen = true};
}

static struct pt_draft draft_of(const char *key, const char *value)
{
    return (struct pt_draft){.key = key,
                             .key_len = key != NULL ? strlen(key) : 0,
                             .value = value,
                             .value_len = value != NULL ? strlen(value) : 0,
                             .partition = -1};
}

static void refused(const struct pt_draft *draft, const struct produce_facts *facts, pt_code code,
                    const char *what)
{
    struct pt_error err;
    assert_int_equal(produce_judge(draft, facts, &err), code);
    assert_string_equal(err.what, what);
    assert_true(err.fix[0] != '\0');
}

static void allowed(const struct pt_draft *draft, const struct produce_facts *facts)
{
    struct pt_error err;
    assert_int_equal(produce_judge(draft, facts, &err), PT_OK);
}

static void test_a_compacted_topic_needs_a_key(void **state)
{
    (void)state;
    struct produce_facts facts = facts_of_topic();
    struct pt_draft draft = draft_of(NULL, "{}"), keyed = draft_of("", "{}");
    allowed(&draft, &facts);
    facts.is_compacted = true;
    refused(&draft, &facts, PT_EUSAGE,
            "topic demo.t is compacted, and a compacted topic refuses every record without a key");
    allowed(&keyed, &facts);
    facts.has_settings = false; /* unknown: Kafka itself refuses it then */
    allowed(&draft, &facts);
}

static void test_the_partition_must_be_there(void **state)
{
    (void)state;
    struct produce_facts facts = facts_of_topic();
    struct pt_draft draft = draft_of("k", "{}");
    draft.partition = 2;
    allowed(&draft, &facts);
    facts.has_leader = false;
    refused(&draft, &facts, PT_EKAFKA,
            "partition 2 of topic demo.t has no leader, so no broker takes records for it");
    draft.partition = 3;
    refused(&draft, &facts, PT_EUSAGE,
            "topic demo.t has 3 partitions, numbered from 0, and the record is for partition 3");
}

/* The sizes are those of Kafka: a batch of one record with a key of 1 byte and a value of 2 has 61
 * bytes before it and 11 of its own. */
static void test_sizes_are_kafkas(void **state)
{
    (void)state;
    struct pt_draft draft = draft_of("k", "{}");
    assert_int_equal(produce_batch_bytes(&draft), 61 + 1 + 3 + 2 + 3 + 1);
    draft.headers[draft.n_headers++] = (struct pt_draft_header){"h", NULL, 0};
    draft.headers[draft.n_headers++] = (struct pt_draft_header){"h", "abc", 3};
    assert_int_equal(produce_batch_bytes(&draft), 61 + 1 + 3 + 2 + 3 + 1 + 3 + 6);
    assert_int_equal(produce_record_bytes(&draft), 3 + 1 + 4);
    struct pt_draft empty = draft_of(NULL, NULL);
    assert_int_equal(produce_batch_bytes(&empty), 61 + 1 + 3 + 1 + 1 + 1);
    static char large[100];
    struct pt_draft two = {.key = "k", .key_len = 1, .value = large, .value_len = 64};
    assert_int_equal(produce_batch_bytes(&two), 61 + 2 + 3 + 2 + (2 + 64) + 1);
}

static void test_a_record_that_is_too_large_is_refused(void **state)
{
    (void)state;
    struct produce_facts facts = facts_of_topic();
    struct pt_draft draft = draft_of("k", "{}");
    facts.topic_max_bytes = 71;
    allowed(&draft, &facts);
    facts.topic_max_bytes = 70;
    refused(&draft, &facts, PT_EUSAGE,
            "topic demo.t: the record has 71 bytes as it is sent, and the topic takes at most 70 "
            "(max.message.bytes)");
    facts.is_compressed = true; /* it may become smaller */
    allowed(&draft, &facts);
    facts.client_max_bytes = 3;
    allowed(&draft, &facts);
    facts.client_max_bytes = 2;
    refused(&draft, &facts, PT_EUSAGE,
            "topic demo.t: the record has 3 bytes, and this client sends at most 2 "
            "(message.max.bytes)");
    facts.client_max_bytes = facts.topic_max_bytes = PT_UNKNOWN;
    allowed(&draft, &facts);
}

/* ---- the plan's words ---- */

static void told(const struct pt_draft *draft, const struct produce_facts *facts, const char *want,
                 char seen[20])
{
    char text[4000] = "";
    struct pt_result result = {0};
    assert_int_equal(produce_tell(draft, facts, &result, NULL), PT_OK);
    for (size_t i = 0; i < result.n_lines; i++) {
        size_t len = strlen(text);
        snprintf(text + len, sizeof text - len, "%s: %s\n", result.lines[i].level,
                 result.lines[i].text);
    }
    if (want != NULL)
        assert_string_equal(text, want);
    if (seen != NULL)
        memcpy(seen, result.seen, sizeof result.seen);
    result_clear(&result);
}

static void test_the_plan_is_told(void **state)
{
    (void)state;
    struct produce_facts facts = facts_of_topic();
    struct pt_draft draft = draft_of("k\x1b", "{\"id\":1}");
    draft.headers[draft.n_headers++] = (struct pt_draft_header){"source", "by\nhand", 7};
    draft.headers[draft.n_headers++] = (struct pt_draft_header){"none", NULL, 0};
    told(&draft, &facts,
         "change: key        k\\x1b\n"
         "change: header     source=by\\nhand\n"
         "change: header     none null\n"
         "change: partition  by the key (partitioner=consistent_random; Java's is "
         "murmur2_random)\n"
         "change: value      8 bytes, JSON: {\"id\":1}\n",
         NULL);
    struct pt_draft bare = draft_of(NULL, "");
    told(&bare, &facts,
         "change: key        none\n"
         "change: partition  any of 3\n"
         "change: value      0 bytes, empty and not null\n",
         NULL);
}

static void test_what_follows_is_told(void **state)
{
    (void)state;
    struct produce_facts facts = facts_of_topic();
    struct pt_draft draft = draft_of("k", "oops");
    draft.partition = 1;
    facts.n_seen = 10;
    facts.n_json = 10;
    facts.opts = &of_pin;
    told(&draft, &facts,
         "change: key        k\n"
         "change: partition  1\n"
         "change: value      4 bytes, not JSON: oops\n"
         "WARN: The value is not JSON, and 10 of the newest 10 records of the topic are: a sink or "
         "consumer that expects JSON may fail on it.\n"
         "note: Stream pin writes this topic. The record gets the header pintop-by-hand, so that "
         "`pintop audit` counts it as foreign, and never as missing or doubled.\n"
         "note: The account of pin does not count it; the topic's records and IN/s, and its sink's "
         "lag, do.\n",
         NULL);
    struct pt_draft tombstone = draft_of("k", NULL);
    tombstone.partition = 0;
    facts = facts_of_topic();
    told(&tombstone, &facts,
         "change: key        k\nchange: partition  0\nchange: value      null: a tombstone\n"
         "WARN: The topic is not compacted: a tombstone deletes nothing there, and a consumer may "
         "not expect one.\n",
         NULL);
    facts.is_compacted = true;
    told(&tombstone, &facts,
         "change: key        k\nchange: partition  0\nchange: value      null: a tombstone\n"
         "WARN: The topic is compacted: a tombstone deletes its key.\n",
         NULL);
}

/* Unknown is said, and is neither "not compacted" nor "JSON". */
static void test_unknown_is_told(void **state)
{
    (void)state;
    struct produce_facts facts = facts_of_topic();
    struct pt_draft draft = draft_of("k", NULL);
    draft.partition = 0;
    facts.has_settings = facts.has_seen = false;
    snprintf(facts.no_settings, sizeof facts.no_settings, "permission denied");
    told(&draft, &facts,
         "change: key        k\nchange: partition  0\nchange: value      null: a tombstone\n"
         "WARN: Whether the topic is compacted, and how large a record it takes, is unknown: "
         "permission denied\n"
         "note: Whether the topic's other records are JSON is unknown: they could not be read.\n",
         NULL);
}

/* The lines show only the beginning of a value: the fingerprint is of all of it. */
static void test_the_fingerprint_is_of_the_whole_record(void **state)
{
    static char one[300], two[300];
    char first[20], second[20], third[20];
    (void)state;
    struct produce_facts facts = facts_of_topic();
    memset(one, 'x', sizeof one);
    memset(two, 'x', sizeof two);
    two[250] = 'y';
    struct pt_draft a = {.value = one, .value_len = sizeof one, .partition = -1};
    struct pt_draft b = {.value = two, .value_len = sizeof two, .partition = -1};
    told(&a, &facts, NULL, first);
    told(&b, &facts, NULL, second);
    assert_string_not_equal(first, second);
    facts.n_seen = 5; /* other records came meanwhile */
    told(&a, &facts, NULL, third);
    assert_string_equal(first, third);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_compacted_topic_needs_a_key),
        cmocka_unit_test(test_the_partition_must_be_there),
        cmocka_unit_test(test_sizes_are_kafkas),
        cmocka_unit_test(test_a_record_that_is_too_large_is_refused),
        cmocka_unit_test(test_the_plan_is_told),
        cmocka_unit_test(test_what_follows_is_told),
        cmocka_unit_test(test_unknown_is_told),
        cmocka_unit_test(test_the_fingerprint_is_of_the_whole_record),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
