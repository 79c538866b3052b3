/* The newest object in a simulated bucket: it is found from the end, whatever the size of the
 * objects, within a few calls; and an old object is never taken for the newest. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "connector/witness/newest.h"
#include "pintop/stream.h"

/* ---- a bucket with S3's ListObjectsV2 ---- */

struct object {
    char key[200];
    int64_t time_ms;
};
static struct object *objects;
static size_t n_objects, cap_objects;
static int n_calls;
static bool is_sorted;

static void put(const char *key, int64_t time_ms)
{
    if (n_objects == cap_objects) {
        cap_objects = cap_objects > 0 ? 2 * cap_objects : 1024;
        struct object *grown = realloc(objects, cap_objects * sizeof *objects);
        assert_non_null(grown);
        objects = grown;
    }
    snprintf(objects[n_objects].key, sizeof objects[n_objects].key, "%s", key);
    objects[n_objects++].time_ms = time_ms;
    is_sorted = false;
}

static int by_key(const void *a, const void *b)
{
    return strcmp(((const struct object *)a)->key, ((const struct object *)b)->key);
}

static char *dup(const char *text, size_t len)
{
    char *copy = strndup(text, len);
    assert_non_null(copy);
    return copy;
}

static void list_one(const struct object *object, const char *prefix, const char *delimiter,
                     struct s3_listing *out)
{
    const char *rest = object->key + strlen(prefix);
    const char *cut = delimiter != NULL ? strstr(rest, delimiter) : NULL;
    if (cut == NULL) {
        struct s3_object *to = &out->objects[out->n++];
        memset(to, 0, sizeof *to);
        to->key = dup(object->key, strlen(object->key));
        to->modified_ms = object->time_ms;
        return;
    }
    size_t len = (size_t)(cut - object->key) + strlen(delimiter);
    const char *last = out->n_prefixes > 0 ? out->prefixes[out->n_prefixes - 1] : "";
    if (strncmp(last, object->key, len) != 0 || strlen(last) != len)
        out->prefixes[out->n_prefixes++] = dup(object->key, len);
}

static pt_code list(void *arg, const char *prefix, const char *delimiter, const char *start_after,
                    size_t max, struct s3_listing *out, struct pt_error *err)
{
    (void)arg, (void)err;
    if (!is_sorted)
        qsort(objects, n_objects, sizeof *objects, by_key);
    is_sorted = true;
    n_calls++;
    assert_true(max <= 1000); /* S3's limit */
    memset(out, 0, sizeof *out);
    out->objects = calloc(max + 1, sizeof *out->objects);
    out->prefixes = calloc(max + 1, sizeof *out->prefixes);
    for (size_t i = 0; i < n_objects; i++) {
        if (strncmp(objects[i].key, prefix, strlen(prefix)) != 0 ||
            (start_after != NULL && strcmp(objects[i].key, start_after) <= 0))
            continue;
        if (out->n + out->n_prefixes == max) {
            out->is_truncated = true;
            break;
        }
        list_one(&objects[i], prefix, delimiter, out);
    }
    return PT_OK;
}

static struct sink sink;
static const char folder[] = "topics/demo.pin/partition=0/";

static int empty(void **state)
{
    (void)state;
    n_objects = 0;
    n_calls = 0;
    is_sorted = true;
    sink = (struct sink){.is_s3 = true, .file_delim = "+", .delim = "/", .pad = 10};
    return 0;
}

static void put_offset(const char *in, int partition, int64_t offset, int64_t time_ms)
{
    char key[200];
    snprintf(key, sizeof key, "%sdemo.pin+%d+%010" PRId64 ".json", in, partition, offset);
    put(key, time_ms);
}

static struct newest find(int64_t end, struct newest known, int calls)
{
    struct newest_lister lister = {.list = list, .calls = calls};
    assert_int_equal(newest_in_folder(&lister, &sink, folder, "demo.pin", 0, end, &known, NULL),
                     PT_OK);
    assert_true(lister.calls >= 0);
    return known;
}

/* Objects of so many records each, up to the end: one search with at most 4 calls finds the last
 * one. */
static void found_whatever_an_object_holds(void **state)
{
    static const int64_t sizes[] = {1, 3, 60, 999, 1000, 1001, 7000, 100000, 3000000};
    const struct newest nothing = NEWEST_NOTHING;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        int64_t n = sizes[i] < 10 ? 5000 : 300, end = n * sizes[i];
        empty(state);
        for (int64_t k = 0; k < n; k++)
            put_offset(folder, 0, k * sizes[i], 1000 + k);
        struct newest found = find(end, nothing, 4);
        if (!found.is_sure || found.offset != (n - 1) * sizes[i] || found.time_ms != 1000 + n - 1)
            fail_msg("objects of %" PRId64 ": %s %" PRId64 " after %d calls", sizes[i],
                     found.is_sure ? "sure of" : "not sure of", found.offset, n_calls);
        assert_true(n_calls <= 4);
    }
}

/* flush.size is far above the records of a minute: objects are closed by a timeout and are
 * small. */
static void rotation_makes_small_objects(void **state)
{
    const struct newest nothing = NEWEST_NOTHING;
    (void)state;
    int64_t offset = 0;
    for (int k = 0; k < 3000; k++, offset += 7 + k % 5)
        put_offset(folder, 0, offset, 1000 + k);
    struct newest found = find(offset, nothing, 2);
    assert_true(found.is_sure);
    assert_int_equal(found.time_ms, 1000 + 2999);
    assert_int_equal(n_calls, 1);
}

/* A search continues from what is known, with one call. */
static void it_goes_on_from_what_is_known(void **state)
{
    struct newest known = NEWEST_NOTHING;
    (void)state;
    for (int k = 0; k < 50; k++)
        put_offset(folder, 0, k, 1000 + k);
    known = find(50, known, 4);
    n_calls = 0;
    known = find(50, known, 1); /* nothing new */
    assert_true(known.is_sure && known.offset == 49 && known.time_ms == 1049);
    for (int k = 50; k < 53; k++)
        put_offset(folder, 0, k, 1000 + k);
    known = find(53, known, 1);
    assert_true(known.is_sure && known.offset == 52 && known.time_ms == 1052);
    assert_int_equal(n_calls, 2);
}

/* Objects beyond the committed offset count, too. */
static void what_is_not_committed_yet_is_seen(void **state)
{
    const struct newest nothing = NEWEST_NOTHING;
    (void)state;
    for (int k = 0; k < 2500; k++)
        put_offset(folder, 0, k, 1000 + k);
    struct newest found = find(100, nothing, 4);
    assert_true(found.is_sure);
    assert_int_equal(found.offset, 2499);
}

/* Without a committed offset it is found by growing steps, within a few calls. The next folder's
 * search begins where this one ended. */
static void an_unknown_end_is_searched(void **state)
{
    static const int64_t sizes[] = {1, 60, 1000, 7000, 3000000};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        static const char other[] = "topics/demo.pin/partition=1/";
        const int64_t n = 2500;
        struct newest_lister lister = {.list = list, .calls = 60};
        struct newest found = NEWEST_NOTHING, next = NEWEST_NOTHING;
        empty(state);
        for (int64_t k = 0; k < n; k++) {
            put_offset(folder, 0, k * sizes[i], 1000 + k);
            put_offset(other, 1, k * sizes[i], 1000 + k);
        }
        put("topics/demo.pin/partition=0/demo.pin+0+0000000004x", 1); /* no object of the sink */
        put("topics/demo.pin/partition=0/zzz", 9000000);
        assert_int_equal(
            newest_in_folder(&lister, &sink, folder, "demo.pin", 0, PT_UNKNOWN, &found, NULL),
            PT_OK);
        if (!found.is_sure || found.offset != (n - 1) * sizes[i] || n_calls > 30)
            fail_msg("objects of %" PRId64 ": %s %" PRId64 " after %d calls", sizes[i],
                     found.is_sure ? "sure of" : "not sure of", found.offset, n_calls);
        n_calls = 0;
        assert_int_equal(
            newest_in_folder(&lister, &sink, other, "demo.pin", 1, PT_UNKNOWN, &next, NULL), PT_OK);
        assert_true(next.is_sure && next.offset == found.offset);
        assert_int_equal(n_calls, 1);
    }
}

/* A shorter folder behind a long one, and an empty one. */
static void a_folder_that_ended_further_on_misleads_nobody(void **state)
{
    struct newest_lister lister = {.list = list, .calls = 60, .last_end = INT64_C(9000000000)};
    struct newest found = NEWEST_NOTHING, none = NEWEST_NOTHING;
    (void)state;
    for (int k = 0; k < 1500; k++)
        put_offset(folder, 0, k, 1000 + k);
    assert_int_equal(
        newest_in_folder(&lister, &sink, folder, "demo.pin", 0, PT_UNKNOWN, &found, NULL), PT_OK);
    assert_true(found.is_sure && found.offset == 1499);
    lister.last_end = INT64_C(9000000000);
    assert_int_equal(newest_in_folder(&lister, &sink, "topics/demo.pin/partition=7/", "demo.pin", 7,
                                      PT_UNKNOWN, &none, NULL),
                     PT_OK);
    assert_true(none.is_sure && none.offset == -1);
    assert_true(lister.calls > 0);
}

/* Offsets with more digits than keys are padded to are not in order: none is the newest, unless
 * all were seen. */
static void offsets_wider_than_their_padding_are_not_sure(void **state)
{
    const struct newest nothing = NEWEST_NOTHING;
    static const int counts[] = {3000, 900};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        empty(state);
        sink.pad = 2;
        for (int k = 0; k < counts[i]; k++) {
            char key[200];
            snprintf(key, sizeof key, "%sdemo.pin+0+%02d.json", folder, k);
            put(key, 1000 + k);
        }
        struct newest found = find(PT_UNKNOWN, nothing, 60);
        assert_int_equal(found.is_sure, counts[i] <= 1000);
        assert_true(n_calls < 10);
        if (found.is_sure)
            assert_int_equal(found.offset, counts[i] - 1);
    }
    put("topics/demo.pin/partition=0/demo.pin+0+99999999999999999999999.json", 1);
    assert_true(find(PT_UNKNOWN, nothing, 60).offset > 0); /* a number that no offset can be */
}

static void an_empty_folder_is_sure(void **state)
{
    const struct newest nothing = NEWEST_NOTHING;
    (void)state;
    struct newest found = find(5000000, nothing, 8);
    assert_true(found.is_sure);
    assert_int_equal(found.offset, -1);
    found = find(PT_UNKNOWN, nothing, 1);
    assert_true(found.is_sure && found.offset == -1);
}

/* With too few calls the result is not sure, and the next search continues. */
static void what_is_not_looked_through_is_not_sure(void **state)
{
    struct newest known = NEWEST_NOTHING;
    (void)state;
    for (int k = 0; k < 5000; k++)
        put_offset(folder, 0, k, 1000 + k);
    known = find(PT_UNKNOWN, known, 2); /* the end is unknown: search from the beginning */
    assert_false(known.is_sure);
    for (int look = 0; look < 3 && !known.is_sure; look++)
        known = find(PT_UNKNOWN, known, 2);
    assert_true(known.is_sure);
    assert_int_equal(known.offset, 4999);
}

/* The folder of an hour holds all partitions: keys of other partitions and malformed keys are
 * left out. */
static void partitions_of_one_folder_are_told_apart(void **state)
{
    struct newest_lister lister = {.list = list, .calls = 4};
    struct newest found = NEWEST_NOTHING;
    static const char hour[] = "topics/demo.pin/year=2026/month=11/day=29/hour=01/";
    (void)state;
    for (int k = 0; k < 3000; k++)
        for (int p = 0; p < 12; p++)
            put_offset(hour, p, k, 1000 + 10 * k + p);
    put("topics/demo.pin/year=2026/month=11/day=29/hour=01/demo.pin+1+odd.json", 99999999);
    put("topics/demo.pin/year=2026/month=11/day=29/hour=01/demo.pin+1+0000000007x", 99999999);
    assert_int_equal(newest_in_folder(&lister, &sink, hour, "demo.pin", 1, 3000, &found, NULL),
                     PT_OK);
    assert_true(found.is_sure);
    assert_int_equal(found.offset, 2999);
    assert_int_equal(found.time_ms, 1000 + 29990 + 1);
}

static void the_newest_folder_is_the_last_at_each_level(void **state)
{
    struct newest_lister lister = {.list = list, .calls = 8};
    char out[200];
    bool is_sure;
    (void)state;
    put("topics/demo.pin/year=2025/month=12/day=31/hour=23/demo.pin+0+0000000000.json", 1);
    put("topics/demo.pin/year=2026/month=02/day=11/hour=09/demo.pin+0+0000000001.json", 2);
    put("topics/demo.pin/year=2026/month=11/day=03/hour=04/demo.pin+0+0000000002.json", 3);
    assert_int_equal(
        newest_folder(&lister, "topics/demo.pin/", "/", out, sizeof out, &is_sure, NULL), PT_OK);
    assert_true(is_sure);
    assert_string_equal(out, "topics/demo.pin/year=2026/month=11/day=03/hour=04/");
    lister.calls = 8;
    newest_folder(&lister, "topics/none/", "/", out, sizeof out, &is_sure, NULL);
    assert_true(is_sure);
    assert_string_equal(out, "");
    lister.calls = 2;
    newest_folder(&lister, "topics/demo.pin/", "/", out, sizeof out, &is_sure, NULL);
    assert_false(is_sure);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(found_whatever_an_object_holds, empty),
        cmocka_unit_test_setup(rotation_makes_small_objects, empty),
        cmocka_unit_test_setup(it_goes_on_from_what_is_known, empty),
        cmocka_unit_test_setup(what_is_not_committed_yet_is_seen, empty),
        cmocka_unit_test_setup(an_unknown_end_is_searched, empty),
        cmocka_unit_test_setup(a_folder_that_ended_further_on_misleads_nobody, empty),
        cmocka_unit_test_setup(offsets_wider_than_their_padding_are_not_sure, empty),
        cmocka_unit_test_setup(an_empty_folder_is_sure, empty),
        cmocka_unit_test_setup(what_is_not_looked_through_is_not_sure, empty),
        cmocka_unit_test_setup(partitions_of_one_folder_are_told_apart, empty),
        cmocka_unit_test_setup(the_newest_folder_is_the_last_at_each_level, empty),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    free(objects);
    return failed;
}
