/* The checkpoint's file: every value comes back, its name is its cluster's and topic's alone,
 * damage is an error that leaves it as it is, and a mismatch says both values and the way out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "scratch.h"
#include "state/checkpoint.h"

static struct checkpoint made, read_back;

static struct checkpoint *example(void)
{
    made = (struct checkpoint){
        .cluster_id = "Zm9vYmFyYmF6cXV4MTIzNA",
        .topic = "0a1b2c3d4e5f.pin",
        .seed = 42,
        .source = "/home/me/pinterest_data.csv",
        .source_index = 1233,
        .source_offset = 987654,
        .source_row = 1301,
        .shard = "1/1",
        .first_index = 1000,
        .next_index = 1234,
        .taken_index = 1300,
        .written_ms = INT64_C(1790000000123),
        .ended_why = "count",
        .ended_ms = INT64_C(1790000000123),
        .n_partitions = 3,
        .start_offsets = {7, 0, 123456789}
    };
    return &made;
}

static void put(const struct checkpoint *cp)
{
    char *text = checkpoint_format(cp);
    assert_non_null(text);
    assert_true(strlen(text) < CHECKPOINT_MAX_BYTES);
    scratch_put("cp.json", text);
    free(text);
}

static pt_code load(struct pt_error *err)
{
    memset(&read_back, 0xa5, sizeof read_back);
    return checkpoint_load(scratch_path("cp.json"), &read_back, err);
}

static void assert_round_trip(const struct checkpoint *cp)
{
    put(cp);
    assert_int_equal(load(NULL), PT_OK);
    assert_string_equal(read_back.cluster_id, cp->cluster_id);
    assert_string_equal(read_back.topic, cp->topic);
    assert_true(read_back.seed == cp->seed);
    assert_string_equal(read_back.source, cp->source);
    assert_true(read_back.source_index == cp->source_index);
    assert_true(read_back.source_offset == cp->source_offset);
    assert_true(read_back.source_row == cp->source_row);
    assert_string_equal(read_back.shard, cp->shard);
    assert_true(read_back.first_index == cp->first_index);
    assert_true(read_back.next_index == cp->next_index);
    assert_true(read_back.taken_index == cp->taken_index);
    assert_true(read_back.written_ms == cp->written_ms);
    assert_string_equal(read_back.ended_why, cp->ended_why);
    assert_true(read_back.ended_ms == cp->ended_ms);
    assert_true(read_back.n_partitions == cp->n_partitions);
    for (size_t i = 0; i < cp->n_partitions; i++)
        assert_true(read_back.start_offsets[i] == cp->start_offsets[i]);
}

static void every_value_comes_back(void **state)
{
    (void)state;
    assert_round_trip(example());
    *example() = (struct checkpoint){0};
    assert_round_trip(&made);
}

static void all_64_bits_come_back(void **state)
{
    static const uint64_t values[] = {0,
                                      1,
                                      (UINT64_C(1) << 53) - 1,
                                      UINT64_C(1) << 53,
                                      (UINT64_C(1) << 53) + 1,
                                      INT64_MAX / 2, /* the highest --first-index */
                                      UINT64_MAX - 1,
                                      UINT64_MAX};
    (void)state;
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        example()->seed = values[i];
        assert_round_trip(&made);
        example()->source_offset = values[i];
        made.first_index = made.next_index = made.taken_index = made.source_index = values[i];
        assert_round_trip(&made);
    }
    example()->start_offsets[1] = INT64_C(1) << 53;
    assert_round_trip(&made);
}

static void the_longest_texts_and_lists_come_back(void **state)
{
    (void)state;
    struct checkpoint *cp = example();
    memset(cp->cluster_id, '\x01', sizeof cp->cluster_id - 1);
    memset(cp->topic, 't', sizeof cp->topic - 1);
    memset(cp->source, '"', sizeof cp->source - 1);
    memset(cp->shard, '9', sizeof cp->shard - 1);
    memset(cp->ended_why, '\\', sizeof cp->ended_why - 1);
    cp->n_partitions = CHECKPOINT_PARTITIONS;
    for (size_t i = 0; i < CHECKPOINT_PARTITIONS; i++)
        cp->start_offsets[i] = (INT64_C(1) << 53) - (int64_t)i;
    assert_round_trip(cp);
}

static void odd_bytes_in_names_come_back(void **state)
{
    (void)state;
    struct checkpoint *cp = example();
    snprintf(cp->source, sizeof cp->source,
             "/tmp/\xc3\xa9t\xc3\xa9 \"a\\b\"\n\t\x7f\xf0\x9f\x98\x80");
    snprintf(cp->ended_why, sizeof cp->ended_why, "\x1b[31mred");
    assert_round_trip(cp);
}

/* ---- names ---- */

static const char *path_of(const char *cluster, const char *topic)
{
    static char paths[2][PATH_MAX];
    static int i;
    i = !i;
    checkpoint_path("/state", cluster, topic, SHARD_WHOLE, paths[i], sizeof paths[i]);
    return paths[i];
}

static void a_file_for_each_cluster_and_topic(void **state)
{
    (void)state;
    assert_string_equal(path_of("embedded", "demo.pin"), "/state/accounts/embedded+demo.pin.json");
    assert_string_equal(path_of("a/b", "../x"), "/state/accounts/a%2Fb+..%2Fx.json");
    assert_string_equal(path_of("a+b", "c"), "/state/accounts/a%2Bb+c.json");
    assert_string_not_equal(path_of("a+b", "c"), path_of("a", "b+c"));
    assert_string_not_equal(path_of("a%2Fb", "c"), path_of("a/b", "c"));
    assert_string_equal(path_of("", ""), "/state/accounts/+.json");
    assert_string_equal(path_of("\xc3\xa9\n", "\x1b"), "/state/accounts/%C3%A9%0A+%1B.json");
}

/* Kafka allows topics of 249 characters, a file system names of 255. */
static void the_longest_names_fit_a_file_system(void **state)
{
    char topic[250], other[250], cluster[64];
    (void)state;
    memset(topic, 't', sizeof topic - 1);
    topic[sizeof topic - 1] = 0;
    memcpy(other, topic, sizeof topic);
    other[sizeof other - 2] = 'u';
    memset(cluster, '/', sizeof cluster - 1);
    cluster[sizeof cluster - 1] = 0;
    for (int i = 0; i < 2; i++) {
        const char *id = i ? cluster : "embedded";
        const char *name = strrchr(path_of(id, topic), '/') + 1;
        /* .json.old and .json.tmp are made beside it. */
        assert_true(strlen(name) + strlen(".old") <= NAME_MAX);
        assert_string_not_equal(path_of(id, topic), path_of(id, other));
        assert_string_equal(path_of(id, topic), path_of(id, topic));
    }
    assert_string_not_equal(path_of(cluster, topic), path_of("embedded", topic));
    char path[PATH_MAX];
    assert_int_equal(file_make_dirs(scratch_path("accounts"), 0700, NULL), PT_OK);
    checkpoint_path(scratch_dir, "embedded", topic, SHARD_WHOLE, path, sizeof path);
    assert_int_equal(file_replace(path, "x", 1, 0600, NULL), PT_OK);
}

/* A shard's account has a file of its own. */
static void a_file_for_each_shard(void **state)
{
    char path[PATH_MAX], other[PATH_MAX], topic[250];
    (void)state;
    checkpoint_path("/state", "c", "demo.pin", (struct shard){2, 4}, path, sizeof path);
    assert_string_equal(path, "/state/accounts/c+demo.pin+2of4.json");
    checkpoint_path("/state", "c", "demo.pin+2of4", SHARD_WHOLE, other, sizeof other);
    assert_string_not_equal(path, other);
    memset(topic, 't', sizeof topic - 1);
    topic[sizeof topic - 1] = 0;
    checkpoint_path("/state", "embedded", topic, (struct shard){2, 4}, path, sizeof path);
    checkpoint_path("/state", "embedded", topic, (struct shard){3, 4}, other, sizeof other);
    assert_string_not_equal(path, other);
}

/* ---- damage ---- */

static void no_file_is_no_account(void **state)
{
    struct pt_error err;
    (void)state;
    assert_int_equal(load(&err), PT_ENOTFOUND);
}

/* An error that names the file and a way out; the file is as it was. */
static void assert_damaged(const char *text)
{
    struct pt_error err;
    scratch_put("cp.json", text);
    if (load(&err) != PT_EDATA)
        fail_msg("taken for a checkpoint: %s", text);
    assert_non_null(strstr(err.what, scratch_path("cp.json")));
    assert_non_null(strstr(err.fix, "--first-index"));
    char *now = scratch_get("cp.json");
    assert_string_equal(now, text);
    free(now);
}

static void damaged_files_are_errors(void **state)
{
    static const char *const damaged[] = {
        "", " ", "\n", "{", "{}", "[]", "null", "0", "\"checkpoint\"", "{\"version\":1}",
    };
    (void)state;
    for (size_t i = 0; i < sizeof damaged / sizeof *damaged; i++)
        assert_damaged(damaged[i]);
}

/* Cut anywhere: a whole file or nothing. */
static void cut_files_are_errors(void **state)
{
    char *text = checkpoint_format(example());
    (void)state;
    for (size_t len = 0; len + 1 < strlen(text); len += 3) {
        char *cut = strndup(text, len);
        assert_damaged(cut);
        free(cut);
    }
    free(text);
}

/* The example with one text replaced by another. */
static char *example_with(const char *from, const char *to)
{
    char *text = checkpoint_format(example()), *out;
    char *at = strstr(text, from);
    assert_non_null(at);
    *at = 0;
    assert_true(asprintf(&out, "%s%s%s", text, to, at + strlen(from)) > 0);
    free(text);
    return out;
}

static void wrong_values_are_errors(void **state)
{
    static const struct {
        const char *from, *to;
    } changes[] = {
        {"\"version\":\t1",      "\"version\":\t2"                       },
        {"\t\"42\"",             "\t\"\""                                },
        {"\t\"42\"",             "\t42"                                  },
        {"\t\"42\"",             "\t\"-42\""                             },
        {"\t\"42\"",             "\t\" 42\""                             },
        {"\t\"42\"",             "\t\"42x\""                             },
        {"\t\"42\"",             "\t\"0x2a\""                            },
        {"\t\"42\"",             "\t\"18446744073709551616\""            },
        {"\t1234",               "\t-1"                                  },
        {"\t1234",               "\t1234.5"                              },
        {"\t1234",               "\t1e300"                               },
        {"\t1234",               "\tnull"                                },
        {"\t1234",               "\t\"x\""                               },
        {"\t1234",               "\t999"                                 }, /* below first_index */
        {"\t1234",               "\t1301"                                }, /* above taken_index */
        {"\"next_index\"",       "\"other\""                             },
        {"\"0a1b2c3d4e5f.pin\"", "12"                                    },
        {"[7, 0, 123456789]",    "7"                                     },
        {"[7, 0, 123456789]",    "[7, \"\", 1]"                          },
        {"[7, 0, 123456789]",    "[7, -1, 1]"                            },
        {"[7, 0, 123456789]",    "[7, 1e300, 1]"                         },
        {"[7, 0, 123456789]",    "[7, 0.5, 1]"                           },
        {"\"1/1\"",              "\"1/10000000000000000000000000000000\""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        char *text = example_with(changes[i].from, changes[i].to);
        assert_damaged(text);
        free(text);
    }
}

static void more_partitions_than_it_holds_is_an_error(void **state)
{
    char *text = example_with("[7, 0, 123456789]", "[#]"), *more;
    (void)state;
    char *list = calloc(CHECKPOINT_PARTITIONS + 2, 2);
    for (size_t i = 0; i < CHECKPOINT_PARTITIONS + 1; i++)
        memcpy(list + 2 * i, i ? ",1" : " 1", 2);
    char *at = strchr(text, '#');
    *at = 0;
    assert_true(asprintf(&more, "%s%s%s", text, list, at + 1) > 0);
    assert_damaged(more);
    free(more);
    free(list);
    free(text);
}

/* A power cut can leave anything behind the good part, zeros above all. */
static void text_behind_it_is_an_error(void **state)
{
    char *text = checkpoint_format(example()), *more;
    struct pt_error err;
    (void)state;
    assert_true(asprintf(&more, "%s}", text) > 0);
    assert_damaged(more);
    free(more);
    assert_true(asprintf(&more, "%s%s", text, text) > 0);
    assert_damaged(more);
    free(more);
    FILE *f = fopen(scratch_path("cp.json"), "we");
    assert_non_null(f);
    fwrite(text, 1, strlen(text) + 1, f);
    fwrite(text, 1, 5, f);
    assert_int_equal(fclose(f), 0);
    assert_int_equal(load(&err), PT_EDATA);
    free(text);
    /* A line end, as an editor leaves it, is none. */
    text = checkpoint_format(example());
    assert_true(asprintf(&more, "%s\n", text) > 0);
    scratch_put("cp.json", more);
    assert_int_equal(load(NULL), PT_OK);
    free(more);
    free(text);
}

static void what_is_not_a_file_is_an_error(void **state)
{
    struct pt_error err;
    (void)state;
    assert_int_equal(mkdir(scratch_path("cp.json"), 0700), 0);
    assert_int_equal(load(&err), PT_EIO);
    assert_int_equal(rmdir(scratch_path("cp.json")), 0);
    assert_int_equal(mkfifo(scratch_path("cp.json"), 0600), 0);
    assert_int_equal(load(&err), PT_EIO); /* and does not wait for a writer */
    assert_int_equal(unlink(scratch_path("cp.json")), 0);
    assert_int_equal(symlink("cp.json", scratch_path("cp.json")), 0);
    assert_int_equal(load(&err), PT_EIO);
    assert_int_equal(unlink(scratch_path("cp.json")), 0);
    char *big = malloc(CHECKPOINT_MAX_BYTES + 2);
    memset(big, ' ', CHECKPOINT_MAX_BYTES + 1);
    big[CHECKPOINT_MAX_BYTES + 1] = 0;
    scratch_put("cp.json", big);
    assert_int_equal(load(&err), PT_EDATA);
    free(big);
}

/* ---- mismatch ---- */

static void the_same_matches(void **state)
{
    struct checkpoint *cp = example();
    (void)state;
    assert_int_equal(checkpoint_match(cp, 42, cp->source, "1/1", NULL), PT_OK);
}

/* "refused with both values and the fix, --first-index N … keeps the old file as .old". */
static void a_mismatch_says_both_values(void **state)
{
    struct checkpoint *cp = example();
    struct pt_error err;
    (void)state;
    assert_int_equal(checkpoint_match(cp, UINT64_MAX, cp->source, "1/1", &err), PT_EMISMATCH);
    assert_string_equal(
        err.what, "account of 0a1b2c3d4e5f.pin: it was made with seed 42, and the seed is now "
                  "18446744073709551615");
    assert_non_null(strstr(err.fix, "--first-index N"));
    assert_non_null(strstr(err.fix, ".old"));
    assert_int_equal(checkpoint_match(cp, 42, "synthetic", "1/1", &err), PT_EMISMATCH);
    assert_non_null(strstr(err.what, "/home/me/pinterest_data.csv"));
    assert_non_null(strstr(err.what, "synthetic"));
    assert_non_null(strstr(err.fix, "--first-index N"));
    assert_int_equal(checkpoint_match(cp, 42, cp->source, "2/3", &err), PT_EMISMATCH);
    assert_non_null(strstr(err.what, "1/1"));
    assert_non_null(strstr(err.what, "2/3"));
    assert_non_null(strstr(err.fix, "--first-index N"));
    assert_int_equal(pt_code_exit(PT_EMISMATCH), 2);
}

/* Both values also when they are long: their ends differ. */
static void a_mismatch_of_long_paths(void **state)
{
    struct checkpoint *cp = example();
    struct pt_error err;
    char now[1024];
    (void)state;
    memset(cp->topic, 't', sizeof cp->topic - 1);
    memset(cp->source, 'd', 900);
    snprintf(cp->source + 900, 100, "/monday.csv");
    memset(now, 'd', 900);
    snprintf(now + 900, 100, "/tuesday.csv");
    assert_int_equal(checkpoint_match(cp, 42, now, "1/1", &err), PT_EMISMATCH);
    assert_non_null(strstr(err.what, "/monday.csv"));
    assert_non_null(strstr(err.what, "/tuesday.csv"));
}

/* Only an account of which something may be in the topic keeps another source out. */
static void nothing_delivered_binds_nothing(void **state)
{
    (void)state;
    const int64_t ends[3] = {5, 0, 7}, more[3] = {5, 1, 7};
    struct checkpoint *cp = calloc(1, sizeof *cp);
    assert_non_null(cp);
    cp->first_index = cp->next_index = cp->taken_index = 100;
    cp->n_partitions = 3;
    memcpy(cp->start_offsets, ends, sizeof ends);
    assert_false(checkpoint_binds(cp, NULL, 0));
    assert_false(checkpoint_binds(cp, more, 3));
    cp->taken_index = 103; /* sent, and nobody knows with which outcome */
    assert_true(checkpoint_binds(cp, NULL, 0));
    assert_true(checkpoint_binds(cp, more, 3));
    assert_true(checkpoint_binds(cp, ends, 2));
    assert_false(checkpoint_binds(cp, ends, 3)); /* the topic knows: nothing came */
    cp->next_index = 101;
    assert_true(checkpoint_binds(cp, ends, 3));
    free(cp);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, scratch_make, scratch_remove)
    const struct CMUnitTest tests[] = {
        TEST(every_value_comes_back),
        TEST(all_64_bits_come_back),
        TEST(the_longest_texts_and_lists_come_back),
        TEST(odd_bytes_in_names_come_back),
        TEST(a_file_for_each_cluster_and_topic),
        TEST(the_longest_names_fit_a_file_system),
        TEST(a_file_for_each_shard),
        TEST(no_file_is_no_account),
        TEST(damaged_files_are_errors),
        TEST(cut_files_are_errors),
        TEST(wrong_values_are_errors),
        TEST(more_partitions_than_it_holds_is_an_error),
        TEST(text_behind_it_is_an_error),
        TEST(what_is_not_a_file_is_an_error),
        TEST(the_same_matches),
        TEST(a_mismatch_says_both_values),
        TEST(a_mismatch_of_long_paths),
        TEST(nothing_delivered_binds_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
