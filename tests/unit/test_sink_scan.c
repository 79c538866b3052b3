/* Reading a sink directory back: order, offsets, keys, where it begins, damage. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audit/sink_audit.h"
#include "scratch.h"
#include "sink/manifest.h"
#include "sink/object.h"

static const char *const topic = "demo.pin";
static struct manifest manifest;

static int teardown(void **state)
{
    manifest_done(&manifest);
    return scratch_remove(state);
}

/* Store n records from first_offset; the value tells partition and offset, the key the offset. */
static void store(int32_t partition, int64_t first_offset, int n, bool has_keys)
{
    char value[64], key[32];
    struct object *object = object_new(topic, partition, first_offset, has_keys);
    assert_non_null(object);
    for (int64_t i = first_offset; i < first_offset + n; i++) {
        int value_len =
            snprintf(value, sizeof(value), "{\"p\":%" PRId32 ",\"o\":%" PRId64 "}", partition, i);
        int key_len = snprintf(key, sizeof(key), "\"%" PRId64, i);
        assert_true(
            object_append(object, value, (size_t)value_len, i % 2 ? key : NULL, (size_t)key_len));
    }
    assert_int_equal(object_store(scratch_dir, &object, 1, NULL), PT_OK);
    struct manifest_object entry = {.first_offset = first_offset,
                                    .records = n,
                                    .bytes = (int64_t)object->values.len,
                                    .keys_bytes = (int64_t)object->keys.len,
                                    .written_ms = 1};
    struct manifest_partition *part = manifest_partition(&manifest, topic, partition);
    assert_true(part && manifest_add(part, &entry));
    object_free(object);
}

static void save(void)
{
    assert_int_equal(manifest_save(scratch_dir, &manifest, NULL), PT_OK);
}

static void path_of(char *out, size_t cap, int32_t partition, int64_t offset, const char *suffix)
{
    char below[MANIFEST_PATH_MAX];
    manifest_object_path(below, sizeof(below), topic, partition, offset, suffix);
    snprintf(out, cap, "%s/%s", scratch_dir, below);
}

/* What a scan saw: next expected offset of each partition. */
struct seen {
    int64_t next[4], records, cancel_at;
    bool has_keys;
};

static bool see(void *arg, int32_t partition, int64_t offset, const char *key, const char *value,
                size_t len)
{
    struct seen *seen = arg;
    char expected[64];
    assert_true(offset >= seen->next[partition]);
    seen->next[partition] = offset + 1;
    snprintf(expected, sizeof(expected), "{\"p\":%" PRId32 ",\"o\":%" PRId64 "}", partition,
             offset);
    assert_int_equal(len, strlen(expected));
    assert_memory_equal(value, expected, len);
    if (seen->has_keys && offset % 2) {
        snprintf(expected, sizeof(expected), "\"%" PRId64, offset);
        assert_string_equal(key, expected);
    } else {
        assert_null(key);
    }
    return ++seen->records != seen->cancel_at;
}

static const struct sink_scan_partition *part_of(const struct sink_scan_result *result,
                                                 int32_t partition)
{
    for (size_t i = 0; i < result->n_partitions; i++)
        if (result->partitions[i].partition == partition)
            return &result->partitions[i];
    fail_msg("no partition %d", (int)partition);
    return NULL;
}

static void all_records_in_order(void **state)
{
    struct seen seen = {.has_keys = true};
    struct sink_scan_result result;
    (void)state;
    store(0, 0, 1000, true);
    store(0, 1000, 1, true);
    store(0, 1005, 7, true); /* after a gap */
    store(2, 0, 3, true);
    assert_non_null(manifest_partition(&manifest, topic, 1)); /* nothing in it */
    manifest_partition(&manifest, topic, 0)->lost_records = 4;
    assert_non_null(manifest_partition(&manifest, "demo.geo", 0));
    save();
    assert_int_equal(sink_scan(scratch_dir, topic, NULL, 0, see, &seen, &result, NULL), PT_OK);
    assert_int_equal(seen.records, 1011);
    assert_int_equal(result.n_partitions, 3);
    assert_int_equal(part_of(&result, 0)->records, 1008);
    assert_int_equal(part_of(&result, 0)->next_offset, 1012);
    assert_int_equal(part_of(&result, 0)->lost_records, 4);
    assert_int_equal(part_of(&result, 0)->expired_since, 0);
    assert_int_equal(part_of(&result, 1)->records, 0);
    assert_int_equal(part_of(&result, 2)->records, 3);
    assert_int_equal(seen.next[0], 1012);
    sink_scan_done(&result);
}

static void begins_where_asked(void **state)
{
    static const struct sink_scan_from from[] = {
        {2, 100},
        {0, 15 }
    };
    struct seen seen = {.has_keys = false};
    struct sink_scan_result result;
    char path[PATH_MAX];
    (void)state;
    store(0, 0, 10, false);
    store(0, 10, 10, false);
    store(1, 0, 4, false);
    store(2, 0, 4, false);
    save();
    /* What lies before is not even read. */
    path_of(path, sizeof(path), 0, 0, ".json");
    assert_int_equal(unlink(path), 0);
    assert_int_equal(sink_scan(scratch_dir, topic, from, 2, see, &seen, &result, NULL), PT_OK);
    assert_int_equal(seen.records, 5 + 4);
    assert_int_equal(part_of(&result, 0)->from_offset, 15);
    assert_int_equal(part_of(&result, 0)->records, 5);
    assert_int_equal(part_of(&result, 2)->records, 0);
    sink_scan_done(&result);
}

static void expired_records_are_told(void **state)
{
    static const struct sink_scan_from from[] = {
        {0, 5}
    };
    struct seen seen = {.has_keys = false};
    struct sink_scan_result result;
    (void)state;
    for (int64_t i = 0; i < 4; i++)
        store(0, i * 10, 10, false);
    manifest_expire(manifest_partition(&manifest, topic, 0), 3);
    save();
    assert_int_equal(sink_scan(scratch_dir, topic, from, 1, see, &seen, &result, NULL), PT_OK);
    assert_int_equal(part_of(&result, 0)->records, 10);
    assert_int_equal(part_of(&result, 0)->first_offset, 30);
    assert_int_equal(part_of(&result, 0)->expired_records, 30);
    assert_int_equal(part_of(&result, 0)->expired_since, 25);
    sink_scan_done(&result);
}

/* A sink beside the scan lets objects go: the manifest of now does not name them any more. */
static bool expire_two(void *arg, int32_t partition, int64_t offset, const char *key,
                       const char *value, size_t len)
{
    char path[PATH_MAX];
    if (offset == 0) {
        manifest_expire(manifest_partition(&manifest, topic, 0), 2);
        save();
        for (int64_t i = 0; i < 2; i++) {
            path_of(path, sizeof(path), 0, i * 10, ".json");
            assert_int_equal(unlink(path), 0);
        }
    }
    return see(arg, partition, offset, key, value, len);
}

static void expiry_during_the_scan(void **state)
{
    struct seen seen = {.has_keys = false};
    struct sink_scan_result result;
    struct pt_error err = {0};
    (void)state;
    for (int64_t i = 0; i < 3; i++)
        store(0, i * 10, 10, false);
    save();
    assert_int_equal(sink_scan(scratch_dir, topic, NULL, 0, expire_two, &seen, &result, &err),
                     PT_OK);
    assert_int_equal(err.code, PT_OK);
    assert_int_equal(part_of(&result, 0)->records, 20);
    assert_int_equal(part_of(&result, 0)->expired_since, 10);
    assert_int_equal(part_of(&result, 0)->first_offset, 20);
    sink_scan_done(&result);
}

static void expect_damage(const char *named)
{
    struct seen seen = {.has_keys = true};
    struct sink_scan_result result;
    struct pt_error err = {0};
    assert_int_equal(sink_scan(scratch_dir, topic, NULL, 0, see, &seen, &result, &err), PT_OK);
    if (strstr(result.damage.what, named) == NULL)
        print_error("%s\n", result.damage.what);
    assert_int_equal(part_of(&result, 0)->damaged_objects, 1);
    assert_non_null(strstr(result.damage.what, named));
    assert_true(result.damage.fix[0] != 0);
    assert_int_equal(seen.records, 10); /* the other object; nothing of the damaged one */
    sink_scan_done(&result);
}

static void put_byte(const char *path, long at, int byte)
{
    FILE *f = fopen(path, "r+e");
    assert_non_null(f);
    assert_int_equal(fseek(f, at, SEEK_SET), 0);
    assert_int_equal(fputc(byte, f), byte);
    assert_int_equal(fclose(f), 0);
}

static void damage_is_found(void **state)
{
    char path[PATH_MAX], aside[PATH_MAX + 8];
    struct stat st;
    (void)state;
    store(0, 0, 10, true);
    store(0, 10, 10, true);
    save();
    for (int kind = 0; kind < 2; kind++) {
        const char *suffix = kind ? ".keys.json" : ".json";
        path_of(path, sizeof(path), 0, 10, suffix);
        snprintf(aside, sizeof(aside), "%s.aside", path);
        assert_int_equal(rename(path, aside), 0);
        expect_damage("missing");
        assert_int_equal(rename(aside, path), 0);
        assert_int_equal(stat(path, &st), 0);
        put_byte(path, (long)st.st_size, 'x');
        expect_damage("length differs");
        assert_int_equal(truncate(path, st.st_size - 1), 0);
        expect_damage("length differs");
        put_byte(path, (long)st.st_size - 1, 'x');
        expect_damage("lines");
        put_byte(path, (long)st.st_size - 1, '\n');
        put_byte(path, 0, '\n');
        expect_damage("lines");
        put_byte(path, 0, kind ? 'n' : '{');
    }
    struct seen seen = {.has_keys = true};
    struct sink_scan_result result;
    assert_int_equal(sink_scan(scratch_dir, topic, NULL, 0, see, &seen, &result, NULL), PT_OK);
    assert_int_equal(seen.records, 20);
    sink_scan_done(&result);
}

static void cancelled(void **state)
{
    struct seen seen = {.has_keys = false, .cancel_at = 3};
    struct sink_scan_result result;
    struct pt_error err = {0};
    (void)state;
    store(0, 0, 10, false);
    save();
    assert_int_equal(sink_scan(scratch_dir, topic, NULL, 0, see, &seen, &result, &err),
                     PT_ECANCELLED);
    assert_int_equal(err.code, PT_ECANCELLED);
    assert_int_equal(seen.records, 3);
    sink_scan_done(&result);
}

static void nothing_there(void **state)
{
    struct seen seen = {.has_keys = false};
    struct sink_scan_result result;
    char path[PATH_MAX];
    (void)state;
    assert_int_equal(sink_scan(scratch_dir, topic, NULL, 0, see, &seen, &result, NULL), PT_OK);
    assert_int_equal(result.n_partitions, 0);
    sink_scan_done(&result);
    snprintf(path, sizeof(path), "%s/manifest.json", scratch_dir);
    FILE *f = fopen(path, "we");
    assert_non_null(f);
    fputs("{}", f);
    fclose(f);
    assert_int_equal(sink_scan(scratch_dir, topic, NULL, 0, see, &seen, &result, NULL), PT_EDATA);
    sink_scan_done(&result);
}

/* The keys of records by hand are no stream's: neither one that looks like an index, nor none. */
static bool see_key(void *arg, int32_t partition, int64_t offset, const char *key,
                    const char *value, size_t len)
{
    char *keys = arg;
    (void)partition, (void)offset, (void)value, (void)len;
    snprintf(keys + strlen(keys), 100 - strlen(keys), "<%s>", key != NULL ? key : "none");
    return true;
}

static void records_by_hand_have_no_streams_key(void **state)
{
    char keys[100] = "";
    struct sink_scan_result result = {0};
    struct object *object = object_new(topic, 0, 0, true);
    (void)state;
    assert_true(object_append(object, "{}", 2, "7", 1));
    assert_true(object_append_by_hand(object, "{}", 2, "7", 1));
    assert_true(object_append_by_hand(object, "{}", 2, NULL, 0));
    assert_true(object_append(object, "{}", 2, NULL, 0));
    assert_string_equal(object->keys.data, "\"7\"\n[\"7\"]\n[null]\nnull\n");
    assert_int_equal(object_store(scratch_dir, &object, 1, NULL), PT_OK);
    struct manifest_object entry = {.records = 4,
                                    .bytes = (int64_t)object->values.len,
                                    .keys_bytes = (int64_t)object->keys.len,
                                    .written_ms = 1};
    assert_true(manifest_add(manifest_partition(&manifest, topic, 0), &entry));
    object_free(object);
    save();
    assert_int_equal(sink_scan(scratch_dir, topic, NULL, 0, see_key, keys, &result, NULL), PT_OK);
    assert_string_equal(keys, "<7><><><none>");
    sink_scan_done(&result);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(all_records_in_order, scratch_make, teardown),
        cmocka_unit_test_setup_teardown(begins_where_asked, scratch_make, teardown),
        cmocka_unit_test_setup_teardown(expired_records_are_told, scratch_make, teardown),
        cmocka_unit_test_setup_teardown(expiry_during_the_scan, scratch_make, teardown),
        cmocka_unit_test_setup_teardown(damage_is_found, scratch_make, teardown),
        cmocka_unit_test_setup_teardown(cancelled, scratch_make, teardown),
        cmocka_unit_test_setup_teardown(nothing_there, scratch_make, teardown),
        cmocka_unit_test_setup_teardown(records_by_hand_have_no_streams_key, scratch_make,
                                        teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
